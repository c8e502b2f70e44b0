"""REST: sending programs in, reading one's own submissions, and trying programs on the samples."""

from django.shortcuts import get_object_or_404
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import exceptions, generics, serializers, status
from rest_framework.permissions import IsAuthenticated
from rest_framework.response import Response

from common.pagination import CursorPagination
from common.times import UtcDateTimeField
from problems.api.filters import SubmissionFilter
from problems.models import Problem, Submission, Trial
from problems.selectors import find_problem
from problems.services import submissions
from problems.services.health import judge_health
from recommendations.api.base import Refusals, responses

LARGEST = 2**63 - 1  # of a database's keys
READ_OTHERS = "problems.view_submission"


class ProgramSerializer(serializers.Serializer):
    """A program: text of at most 64 KB."""

    language = serializers.ChoiceField(choices=Submission.Language.choices, default=Submission.Language.PYTHON3)
    code = serializers.CharField(trim_whitespace=False, allow_blank=True, help_text="At most 64 KB of UTF-8.")


class TrialWriteSerializer(ProgramSerializer):
    input = serializers.CharField(
        trim_whitespace=False,
        allow_blank=True,
        allow_null=True,
        default=None,
        help_text="What the program reads; without it the samples are run.",
    )


class AcceptedSerializer(serializers.Serializer):
    """What was taken in; ask for it by its id until its status is `done`."""

    id = serializers.IntegerField(read_only=True)
    status = serializers.CharField(read_only=True)


class TestSerializer(serializers.Serializer):
    """One test; `stderr` and `message` are those of samples, of hidden tests they are left out."""

    __test__ = False  # pytest: not a test

    name = serializers.CharField(read_only=True)
    verdict = serializers.CharField(read_only=True)
    time_ms = serializers.IntegerField(read_only=True)
    memory_kb = serializers.IntegerField(read_only=True)
    sample = serializers.BooleanField(read_only=True, default=False)
    stderr = serializers.CharField(read_only=True, required=False)
    message = serializers.CharField(read_only=True, required=False)


class TrialRunSerializer(serializers.Serializer):
    """One run of a trial, with what the program printed."""

    name = serializers.CharField(read_only=True)
    verdict = serializers.CharField(read_only=True)
    time_ms = serializers.IntegerField(read_only=True)
    memory_kb = serializers.IntegerField(read_only=True)
    output = serializers.CharField(read_only=True)
    stderr = serializers.CharField(read_only=True)
    message = serializers.CharField(read_only=True)


class JudgedSerializer(serializers.Serializer):
    """What submissions and trials have in common; the verdict comes with the status `done`."""

    id = serializers.IntegerField(read_only=True)
    problem = serializers.CharField(source="problem.slug", read_only=True)
    language = serializers.CharField(read_only=True)
    status = serializers.CharField(read_only=True, help_text="queued, judging or done")
    verdict = serializers.SerializerMethodField()
    queued_at = UtcDateTimeField(read_only=True)
    judged_at = UtcDateTimeField(read_only=True, allow_null=True)

    def get_verdict(self, row) -> str | None:
        return row.verdict if row.is_done else None


class SubmissionRowSerializer(JudgedSerializer):
    """A submission in a list."""

    points = serializers.FloatField(read_only=True, allow_null=True)
    max_points = serializers.FloatField(read_only=True, allow_null=True)
    time_ms = serializers.IntegerField(read_only=True, allow_null=True)
    memory_kb = serializers.IntegerField(read_only=True, allow_null=True)


class WaitingSerializer(JudgedSerializer):
    """How far judging is, and why nothing happens where no judge works (`judge`, else empty)."""

    message = serializers.CharField(read_only=True)
    tests_total = serializers.IntegerField(read_only=True)
    judge = serializers.SerializerMethodField()

    def get_judge(self, row) -> str:
        return "" if row.is_done else judge_health().reason


class SubmissionSerializer(SubmissionRowSerializer, WaitingSerializer):
    """A submission in full, with its tests so far."""

    tests = TestSerializer(many=True, read_only=True)
    code = serializers.CharField(read_only=True)


class TrialSerializer(WaitingSerializer):
    """A trial run with what the program printed."""

    tests = TrialRunSerializer(many=True, read_only=True)


class Sending(Refusals, generics.GenericAPIView):
    """How programs come in: for whom, for which problem, within which limits."""

    permission_classes = [IsAuthenticated]
    throttle_scope = "write"

    def handle_exception(self, error):
        if isinstance(error, submissions.TooMany):
            limited = exceptions.Throttled(wait=error.wait)
            limited.detail = exceptions.ErrorDetail(error.messages[0], code="throttled")
            error = limited
        return super().handle_exception(error)

    def _send(self, request, key, service):
        data = self.get_serializer(data=request.data)
        data.is_valid(raise_exception=True)
        row = service(user=request.user, problem=self._problem(request, key), **data.validated_data)
        return Response(AcceptedSerializer(row).data, status=status.HTTP_202_ACCEPTED)

    def _problem(self, request, key):
        try:
            return find_problem(key, request.user)
        except Problem.DoesNotExist:
            raise exceptions.NotFound from None


KEY = OpenApiParameter("key", str, OpenApiParameter.PATH, description="The problem's id or slug.")


class SubmitView(Sending):
    serializer_class = ProgramSerializer

    @extend_schema(
        operation_id="submit",
        parameters=[KEY],
        responses={202: AcceptedSerializer, **responses(400, 401, 404, 409)},
    )
    def post(self, request, key):
        """Send a program in for judging. 409 where the problem has no tests, 429 beyond the limits of a member."""
        return self._send(request, key, submissions.submit)


class TryView(Sending):
    serializer_class = TrialWriteSerializer

    @extend_schema(
        operation_id="try_program",
        parameters=[KEY],
        responses={202: AcceptedSerializer, **responses(400, 401, 404, 409)},
    )
    def post(self, request, key):
        """Run a program on the samples or on an input of your own; it counts for nothing."""
        return self._send(request, key, submissions.run_samples)


class SubmissionListView(generics.ListAPIView):
    """Your own submissions, newest first."""

    permission_classes = [IsAuthenticated]
    serializer_class = SubmissionRowSerializer
    pagination_class = CursorPagination
    queryset = Submission.objects.all()
    filterset_class = SubmissionFilter

    def get(self, request, *args, **kwargs):
        """Your own submissions, newest first, without code and tests."""
        return super().get(request, *args, **kwargs)

    def get_queryset(self):
        if not self.request.user.is_authenticated:  # the schema's generator
            return Submission.objects.none()
        rows = Submission.objects.filter(user=self.request.user).select_related("problem").order_by("-pk")
        return rows.defer("code", "tests", "message").defer("problem__statement_ko", "problem__statement_en")


class SubmissionView(generics.GenericAPIView):
    permission_classes = [IsAuthenticated]
    serializer_class = SubmissionSerializer
    queryset = Submission.objects.all()

    @extend_schema(operation_id="submission", responses=responses(401, 404, ok=SubmissionSerializer))
    def get(self, request, pk):
        """One of your own submissions: status, verdict, points and the tests so far. Anybody else's is not found."""
        rows = Submission.objects.select_related("problem")
        if not request.user.has_perm(READ_OTHERS):
            rows = rows.filter(user=request.user)
        return Response(self.get_serializer(get_object_or_404(rows, pk=min(pk, LARGEST))).data)


class TrialView(generics.GenericAPIView):
    permission_classes = [IsAuthenticated]
    serializer_class = TrialSerializer
    queryset = Trial.objects.all()

    @extend_schema(operation_id="trial", responses=responses(401, 404, ok=TrialSerializer))
    def get(self, request, pk):
        """One of your own trial runs. They are kept for a day."""
        rows = Trial.objects.select_related("problem").filter(user=request.user)
        return Response(self.get_serializer(get_object_or_404(rows, pk=min(pk, LARGEST))).data)
