"""Problems in full, tags, and roadmaps."""

from rest_framework import serializers

from common.times import UtcDateTimeField
from problems import selectors
from problems.api.cards import ProblemCardSerializer, TagSerializer
from problems.models.catalogue import HIGHEST, LOWEST

SAMPLE_BYTES = 20_000


class TagCountSerializer(TagSerializer):
    """A tag with its names and the number of problems that have it."""

    name_ko = serializers.CharField(read_only=True)
    name_en = serializers.CharField(read_only=True)
    problem_count = serializers.IntegerField(read_only=True)


class SampleSerializer(serializers.Serializer):
    """A sample test, which everybody may read."""

    name = serializers.CharField(read_only=True)
    input = serializers.SerializerMethodField()
    answer = serializers.SerializerMethodField()

    def get_input(self, test) -> str:
        return test.input[:SAMPLE_BYTES].decode("utf-8", "replace")

    def get_answer(self, test) -> str:
        return test.answer[:SAMPLE_BYTES].decode("utf-8", "replace")


class FullProblemSerializer(ProblemCardSerializer):
    """A problem in full; `state` (solved, tried or empty) and `liked` are how the caller stands to it."""

    external_id = serializers.CharField(read_only=True, allow_null=True)
    status = serializers.CharField(read_only=True)
    title_ko = serializers.CharField(read_only=True)
    title_en = serializers.CharField(read_only=True)
    statement = serializers.CharField(read_only=True, help_text="Markdown with KaTeX, in the caller's language.")
    statement_ko = serializers.CharField(read_only=True)
    statement_en = serializers.CharField(read_only=True)
    notes = serializers.CharField(read_only=True)
    time_limit = serializers.FloatField(read_only=True, help_text="Seconds")
    memory_limit_mb = serializers.IntegerField(read_only=True)
    output_limit_kb = serializers.IntegerField(read_only=True)
    scoring = serializers.CharField(read_only=True, help_text="pass-fail or points")
    author = serializers.CharField(read_only=True)
    source = serializers.CharField(read_only=True)
    licence = serializers.CharField(read_only=True)
    updated_at = UtcDateTimeField(read_only=True)
    samples = serializers.SerializerMethodField()
    state = serializers.SerializerMethodField()
    liked = serializers.SerializerMethodField()

    def get_samples(self, problem) -> list[dict]:
        return SampleSerializer(selectors.samples(problem), many=True).data

    def get_state(self, problem) -> str:
        return self._standing(problem).state

    def get_liked(self, problem) -> bool:
        return self._standing(problem).liked

    def _standing(self, problem):
        if not hasattr(problem, "_standing"):
            problem._standing = selectors.standing(self.context["request"].user, problem)
        return problem._standing


class StepSerializer(serializers.Serializer):
    """One problem on the way: `kind` is prerequisite, practice or goal, `tag` what it is there for."""

    kind = serializers.CharField(read_only=True)
    tag = TagSerializer(read_only=True, allow_null=True)
    problem = ProblemCardSerializer(read_only=True)


class RoadmapSerializer(serializers.Serializer):
    """The way to a problem, or to a tag and level. `mastered` tags are left out, as is what is solved (`solved` many)."""

    level = serializers.IntegerField(read_only=True)
    problem = ProblemCardSerializer(read_only=True, allow_null=True)
    tag = TagSerializer(read_only=True, allow_null=True)
    mastered = TagSerializer(many=True, read_only=True)
    solved = serializers.IntegerField(read_only=True)
    steps = StepSerializer(many=True, read_only=True)


class GoalSerializer(serializers.Serializer):
    """Where a roadmap leads."""

    tag = serializers.SlugField(max_length=60)
    level = serializers.IntegerField(min_value=LOWEST, max_value=HIGHEST)


class ProblemLikeSerializer(serializers.Serializer):
    liked = serializers.BooleanField(read_only=True)
