package io.scopeguard.spring.client;

import io.scopeguard.remedy.Remedy;
import io.scopeguard.scope.Scopes;
import io.scopeguard.signal.Problem;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.springframework.http.HttpHeaders;
import org.springframework.http.HttpStatusCode;
import org.springframework.http.InvalidMediaTypeException;
import org.springframework.http.MediaType;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** The part of a guard's problem detail that is relevant to clients. Immutable. */
record ProblemBody(Remedy action, @Nullable String organization, List<String> requiredScopes) {

    /** Longer bodies are not read. */
    static final int MAX_LENGTH = 16 * 1024;

    private static final JsonMapper JSON = JsonMapper.builder().build();

    /** Whether a response may have such a body. */
    static boolean isIn(HttpStatusCode status, HttpHeaders headers) {
        return isDenied(status) && isProblem(headers);
    }

    /** Whether the response is a denial that another token may change. */
    static boolean isDenied(HttpStatusCode status) {
        return status.value() == 401 || status.value() == 403;
    }

    private static boolean isProblem(HttpHeaders headers) {
        try {
            return MediaType.APPLICATION_PROBLEM_JSON.isCompatibleWith(headers.getContentType());
        } catch (InvalidMediaTypeException malformed) {
            return false;
        }
    }

    /** Returns {@code null} if the body is too long or is not a guard's problem detail. */
    static @Nullable ProblemBody parse(byte[] body) {
        if (body.length > MAX_LENGTH) {
            return null;
        }
        try {
            JsonNode problem = JSON.readTree(body);
            return problem.path("type").asString("").startsWith(Problem.TYPE_PREFIX) ? of(problem) : null;
        } catch (JacksonException malformed) {
            return null;
        }
    }

    private static ProblemBody of(JsonNode problem) {
        Remedy action = switch (problem.path("action").asString("")) {
            case "refresh" -> Remedy.REFRESH;
            case "reconsent" -> Remedy.RECONSENT;
            default -> Remedy.NONE;
        };
        List<String> scopes = new ArrayList<>();
        for (JsonNode scope : problem.path("required_scopes")) {
            if (scope.isString() && Scopes.isScopeToken(scope.asString())) {
                scopes.add(scope.asString());
            }
        }
        JsonNode organization = problem.path("organization_id");
        return new ProblemBody(action, organization.isString() ? organization.asString() : null, scopes);
    }
}
