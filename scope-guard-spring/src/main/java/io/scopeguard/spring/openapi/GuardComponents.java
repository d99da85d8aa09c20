package io.scopeguard.spring.openapi;

import io.scopeguard.signal.Problem;
import io.scopeguard.signal.ScopeDriftHeader;
import io.swagger.v3.oas.models.Components;
import io.swagger.v3.oas.models.OpenAPI;
import io.swagger.v3.oas.models.headers.Header;
import io.swagger.v3.oas.models.media.Content;
import io.swagger.v3.oas.models.media.MediaType;
import io.swagger.v3.oas.models.media.Schema;
import io.swagger.v3.oas.models.responses.ApiResponse;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.springdoc.core.customizers.GlobalOpenApiCustomizer;

/** Adds the components that operations refer to: security schemes, error responses, the problem body. Thread-safe. */
public final class GuardComponents implements GlobalOpenApiCustomizer {

    static final String UNAUTHORIZED = "ScopeGuardUnauthorized";
    static final String FORBIDDEN = "ScopeGuardForbidden";
    static final String UNAVAILABLE = "ScopeGuardUnavailable";
    static final String DRIFT = ScopeDriftHeader.NAME;

    private static final String PROBLEM = "ScopeGuardProblem";
    private static final String CHALLENGE = "WWW-Authenticate";
    private static final String RETRY_AFTER = "Retry-After";

    private final TokenSchemes schemes;
    private final boolean signals;

    /** @param signals whether responses carry the header {@code Scope-Drift} */
    public GuardComponents(TokenSchemes schemes, boolean signals) {
        this.schemes = schemes;
        this.signals = signals;
    }

    @Override
    public void customise(OpenAPI document) {
        if (document.getComponents() == null) {
            document.setComponents(new Components());
        }
        Components components = document.getComponents();
        schemes.all().forEach(components::addSecuritySchemes);
        components
                .addSchemas(PROBLEM, problem())
                .addHeaders(CHALLENGE, header("string", "The reason, and where to get a token (RFC 6750, RFC 9728)."))
                .addHeaders(RETRY_AFTER, header("integer", "Seconds to wait before the next attempt."))
                .addResponses(UNAUTHORIZED, errorResponse("The token is missing or invalid.", CHALLENGE))
                .addResponses(UNAVAILABLE, errorResponse("The token cannot be verified at the moment.", RETRY_AFTER));
        ApiResponse forbidden = errorResponse("The token or its user lacks what the operation requires.", CHALLENGE);
        if (signals) {
            components.addHeaders(
                    DRIFT,
                    header(
                            "string",
                            "How the token differs from the live permissions of its user, and the remedy: an RFC 9651"
                                    + " Dictionary. Absent if there is nothing to do."));
            forbidden.addHeaderObject(DRIFT, reference(DRIFT));
        }
        components.addResponses(FORBIDDEN, forbidden);
    }

    static Header reference(String header) {
        return new Header().$ref("#/components/headers/" + header);
    }

    private static ApiResponse errorResponse(String description, String header) {
        Schema<?> problem = new Schema<>();
        problem.set$ref("#/components/schemas/" + PROBLEM);
        MediaType body = new MediaType().schema(problem);
        return new ApiResponse()
                .description(description)
                .content(new Content().addMediaType(Problem.MEDIA_TYPE, body))
                .addHeaderObject(header, reference(header));
    }

    private static Header header(String type, String description) {
        return new Header().description(description).schema(typed(type, null));
    }

    private static Schema<?> problem() {
        Schema<?> problem = typed("object", "A problem detail (RFC 9457).");
        problem.addProperty("type", typed("string", "The problem, below " + Problem.TYPE_PREFIX));
        problem.addProperty("title", typed("string", "The problem in words."));
        problem.addProperty("status", typed("integer", "The status of the response."));
        problem.addProperty("detail", typed("string", "What is wrong with this request."));
        problem.addProperty("organization_id", typed("string", "The organization of the token."));
        problem.addProperty("action", typed("string", "The remedy: refresh, reconsent or none."));
        problem.addProperty("required_scopes", strings("Scopes to request with a new token."));
        problem.addProperty("required_roles", strings("Roles that the operation requires."));
        problem.setRequired(List.of("type", "title", "status", "detail", "action"));
        return problem;
    }

    private static Schema<?> strings(String description) {
        Schema<?> strings = typed("array", description);
        strings.setItems(typed("string", null));
        return strings;
    }

    /** OpenAPI 3.0 has a single type, 3.1 a set of types. */
    private static Schema<?> typed(String type, @Nullable String description) {
        Schema<?> schema = new Schema<>();
        schema.setType(type);
        schema.addType(type);
        schema.setDescription(description);
        return schema;
    }
}
