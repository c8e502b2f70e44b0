"""The 38 tags every site starts with, and which of them is usually learned before which."""

TAGS = [
    ("math", "수학", "Mathematics"),
    ("implementation", "구현", "Implementation"),
    ("dp", "다이나믹 프로그래밍", "Dynamic programming"),
    ("graphs", "그래프 이론", "Graph theory"),
    ("data_structures", "자료 구조", "Data structures"),
    ("string", "문자열", "Strings"),
    ("greedy", "그리디 알고리즘", "Greedy"),
    ("bruteforcing", "브루트포스", "Brute force"),
    ("graph_traversal", "그래프 탐색", "Graph traversal"),
    ("sorting", "정렬", "Sorting"),
    ("number_theory", "정수론", "Number theory"),
    ("geometry", "기하학", "Geometry"),
    ("trees", "트리", "Trees"),
    ("segtree", "세그먼트 트리", "Segment tree"),
    ("binary_search", "이분 탐색", "Binary search"),
    ("ad_hoc", "애드 혹", "Ad hoc"),
    ("bfs", "너비 우선 탐색", "Breadth-first search"),
    ("simulation", "시뮬레이션", "Simulation"),
    ("arithmetic", "사칙연산", "Arithmetic"),
    ("dfs", "깊이 우선 탐색", "Depth-first search"),
    ("topological_sorting", "위상 정렬", "Topological sorting"),
    ("combinatorics", "조합론", "Combinatorics"),
    ("regex", "정규 표현식", "Regular expressions"),
    ("floyd_warshall", "플로이드–워셜", "Floyd–Warshall"),
    ("primality_test", "소수 판정", "Primality test"),
    ("sieve", "에라토스테네스의 체", "Sieve of Eratosthenes"),
    ("deque", "덱", "Deque"),
    ("prefix_sum", "누적 합", "Prefix sums"),
    ("dijkstra", "데이크스트라", "Dijkstra"),
    ("backtracking", "백트래킹", "Backtracking"),
    ("bitmask", "비트마스킹", "Bitmask"),
    ("divide_and_conquer", "분할 정복", "Divide and conquer"),
    ("stack", "스택", "Stack"),
    ("queue", "큐", "Queue"),
    ("priority_queue", "우선순위 큐", "Priority queue"),
    ("bellman_ford", "벨만–포드", "Bellman–Ford"),
    ("mst", "최소 스패닝 트리", "Minimum spanning tree"),
    ("knapsack", "배낭 문제", "Knapsack"),
]


def ensure(model):
    """Make the tags that are missing; leave what staff renamed as it is."""
    known = set(model.objects.values_list("slug", "name_ko", "name_en"))
    taken = [set(column) for column in zip(*known, strict=True)] or [set(), set(), set()]
    missing = [row for row in TAGS if not any(value in names for value, names in zip(row, taken, strict=True))]
    model.objects.bulk_create([model(slug=slug, name_ko=ko, name_en=en) for slug, ko, en in missing])
    return len(missing)


#: after → before: what textbooks agree on; the log adds to it, and staff correct it
PREREQUISITES = {
    "dp": ("math", "implementation"),
    "graph_traversal": ("graphs", "queue", "stack"),
    "bfs": ("graph_traversal", "queue"),
    "dfs": ("graph_traversal", "stack"),
    "trees": ("graphs", "dfs"),
    "segtree": ("trees", "prefix_sum", "divide_and_conquer"),
    "binary_search": ("sorting",),
    "topological_sorting": ("graph_traversal", "queue"),
    "combinatorics": ("math",),
    "number_theory": ("math", "arithmetic"),
    "primality_test": ("number_theory",),
    "sieve": ("primality_test",),
    "dijkstra": ("bfs", "priority_queue"),
    "bellman_ford": ("graphs", "dp"),
    "floyd_warshall": ("graphs", "dp"),
    "mst": ("graphs", "sorting", "priority_queue"),
    "knapsack": ("dp",),
    "backtracking": ("bruteforcing", "dfs"),
    "bitmask": ("bruteforcing",),
    "divide_and_conquer": ("bruteforcing",),
    "deque": ("queue", "stack"),
    "stack": ("data_structures",),
    "queue": ("data_structures",),
    "priority_queue": ("data_structures", "sorting"),
    "data_structures": ("implementation",),
    "prefix_sum": ("arithmetic",),
    "greedy": ("sorting",),
    "simulation": ("implementation",),
    "sorting": ("implementation",),
    "string": ("implementation",),
    "regex": ("string",),
    "bruteforcing": ("implementation",),
    "graphs": ("data_structures",),
    "math": ("arithmetic",),
    "geometry": ("math",),
}


def ensure_prerequisites(tag_model, model):
    """Make the edges that are missing between tags that are there; what staff changed stays."""
    tags = {tag.slug: tag for tag in tag_model.objects.all()}
    known = set(model.objects.values_list("before__slug", "after__slug"))
    missing = [
        model(before=tags[before], after=tags[after], weight=0.8, source="given")
        for after, befores in PREREQUISITES.items()
        for before in befores
        if (before, after) not in known and before in tags and after in tags
    ]
    model.objects.bulk_create(missing)
    return len(missing)
