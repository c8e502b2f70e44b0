"""The categories and regions every site starts with."""

CATEGORIES = [
    ("hobby", "취미", "Hobbies"),
    ("culture", "문화·예술", "Culture & arts"),
    ("sports", "운동·액티비티", "Sports & outdoors"),
    ("food", "푸드·드링크", "Food & drink"),
    ("travel", "여행·동행", "Travel & company"),
    ("growth", "성장·자기개발", "Growth & self-development"),
    ("neighbours", "동네·또래", "Neighbours & peers"),
    ("dating", "연애·소개팅", "Love & dating"),
    ("investing", "재테크", "Investing"),
    ("languages", "외국어", "Languages"),
    ("study", "스터디", "Study groups"),
    ("festivals", "지역축제", "Local festivals"),
    ("other", "기타", "Other"),
]

REGIONS = [
    ("seoul", "서울특별시", "Seoul"),
    ("busan", "부산광역시", "Busan"),
    ("daegu", "대구광역시", "Daegu"),
    ("incheon", "인천광역시", "Incheon"),
    ("gwangju", "광주광역시", "Gwangju"),
    ("daejeon", "대전광역시", "Daejeon"),
    ("ulsan", "울산광역시", "Ulsan"),
    ("sejong", "세종특별자치시", "Sejong"),
    ("gyeonggi", "경기도", "Gyeonggi"),
    ("gangwon", "강원특별자치도", "Gangwon"),
    ("chungbuk", "충청북도", "North Chungcheong"),
    ("chungnam", "충청남도", "South Chungcheong"),
    ("jeonbuk", "전북특별자치도", "North Jeolla"),
    ("jeonnam", "전라남도", "South Jeolla"),
    ("gyeongbuk", "경상북도", "North Gyeongsang"),
    ("gyeongnam", "경상남도", "South Gyeongsang"),
    ("jeju", "제주특별자치도", "Jeju"),
]


def ensure(model, rows, using="default"):
    """Make the rows that are missing; leave what staff renamed or reordered as it is."""
    known = set(model.objects.using(using).values_list("slug", flat=True))
    names = set(model.objects.using(using).values_list("name_ko", flat=True))
    missing = [
        model(slug=slug, name_ko=name_ko, name_en=name_en, order=order)
        for order, (slug, name_ko, name_en) in enumerate(rows, 1)
        if slug not in known and name_ko not in names
    ]
    model.objects.using(using).bulk_create(missing)
    return len(missing)
