"""`manage.py adopt_pipeline FILE --domain D --labels MAP --sha256 HEX`: take over a scikit-learn text pipeline."""

from django.core.management.base import BaseCommand, CommandError

from accounts.models import Category
from ml import adopt, parameters, registry, training
from ml.adopt import labels as label_maps
from ml.adopt.convert import SAMPLES
from recommendations.domains import Unknown, domains
from recommendations.models import ItemRevision

FAMILY = "naive_bayes"


class Command(BaseCommand):
    help = (
        "Take over a joblib file of a scikit-learn Pipeline(CountVectorizer or TfidfVectorizer, MultinomialNB), or of a search "
        "around one, as a candidate base of naive_bayes. Nothing in the file is run (docs/how-to/adopt.md)."
    )

    def add_arguments(self, parser):
        parser.add_argument("file", metavar="FILE")
        parser.add_argument("--domain", required=True)
        parser.add_argument(
            "--labels",
            required=True,
            nargs="+",
            metavar="MAP",
            help="theirs=ours …, or a JSON file; ours: slug or name",
        )
        parser.add_argument("--sha256", help="of the file, as its maker says")
        parser.add_argument("--promote", action="store_true", help="put it into production at once")

    def handle(self, *, file, domain, labels, sha256, promote, **options):
        try:
            kind = domains[domain]
            if FAMILY not in kind.families:
                raise CommandError(f"{domain} does not use {FAMILY}; it uses: {', '.join(kind.families)}")
            if not sha256:
                raise CommandError(
                    "--sha256 is missing: the SHA-256 of the file by which you vouch for it. Ask whoever made the file "
                    "(`sha256sum FILE` where it was made)."
                )
            version, found, apart = self.adopt(kind, file, label_maps.parse(labels), sha256)
            if promote:
                version = registry.promote(version, source="command")
        except (Unknown, adopt.AdoptError, registry.RegistryError) as error:
            raise CommandError(str(error)) from error
        for note in found.notes:
            self.stdout.write(f"note: {note}")
        self.stdout.write(
            f"{len(found.classes)} classes, {len(found.vocabulary):,} features; probabilities equal the pipeline's to {apart:.1e}"
        )
        self.stdout.write(self.style.SUCCESS(f"{'in production' if promote else 'candidate'}: {version}"))
        if not promote:
            self.stdout.write(f"manage.py promote {domain} {FAMILY} --model-version {version.version}")

    def adopt(self, kind, file: str, mapping: dict[str, str], sha256: str):
        """(saved version, what was found, largest difference of probabilities)."""
        found = adopt.describe(adopt.read(adopt.content(file, sha256)))
        ours = label_maps.apply(found.classes, mapping, known_labels(kind))
        texts = list(
            ItemRevision.objects.filter(domain=kind.name).order_by("-pk").values_list("text", flat=True)[:SAMPLES]
        )
        training.declare_family_parameters()
        base, apart = adopt.to_base(found, ours, sha256, texts, parameters.get(f"ml.{FAMILY}"))
        origin = {
            "kind": "adopted scikit-learn pipeline",
            "sha256": sha256.strip().lower(),
            "made_with": f"scikit-learn {found.versions['made_with'] or 'unknown'}",
            "labels": dict(zip(found.classes, ours, strict=True)),
            "largest_difference": apart,
            "notes": found.notes,
        }
        rows = round(float(found.class_count.sum()))
        return registry.save_version(kind.name, base, metrics={"origin": origin}, rows=rows), found, apart


def known_labels(kind) -> dict[str, str]:
    """Any way to write a label → the label: those of the domain's items, and categories where these are its labels."""
    used = set(
        ItemRevision.objects.filter(domain=kind.name).exclude(label="").values_list("label", flat=True).distinct()
    )
    out = {label: label for label in used}
    categories = list(Category.objects.all())
    slugs = [category.slug for category in categories]
    if all(name == slug for slug, name in kind.label_names(slugs).items()):  # labels of another kind
        return out
    written = [(slug, slug) for slug in slugs]  # a slug wins over a name that is spelled alike
    written += [(name, category.slug) for category in categories for name in (category.name_ko, category.name_en)]
    for name, slug in written:
        if name:
            out.setdefault(name, slug)
    return out
