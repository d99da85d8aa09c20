package io.scopeguard.spring.openapi;

import io.scopeguard.role.RoleRequirement;
import io.scopeguard.spring.authorization.HandlerRule;
import io.scopeguard.spring.authorization.HandlerRule.Requires;
import io.scopeguard.spring.authorization.HandlerRules;
import io.swagger.v3.oas.models.Operation;
import io.swagger.v3.oas.models.responses.ApiResponse;
import io.swagger.v3.oas.models.responses.ApiResponses;
import io.swagger.v3.oas.models.security.SecurityRequirement;
import java.util.List;
import org.springdoc.core.customizers.GlobalOperationCustomizer;
import org.springframework.web.method.HandlerMethod;

/**
 * Adds the requirements of each operation and the responses of the guard to the document. The application's own documentation is
 * kept. Thread-safe.
 */
public final class GuardedOperations implements GlobalOperationCustomizer {

    private static final String ROLES = "x-required-roles";

    private final HandlerRules rules;
    private final TokenSchemes schemes;
    private final boolean signals;
    private final boolean closed;

    /**
     * @param signals whether responses carry the header {@code Scope-Drift}
     * @param closed whether handlers without a declaration are closed to everybody
     */
    public GuardedOperations(HandlerRules rules, TokenSchemes schemes, boolean signals, boolean closed) {
        this.rules = rules;
        this.schemes = schemes;
        this.signals = signals;
        this.closed = closed;
    }

    @Override
    public Operation customize(Operation operation, HandlerMethod handler) {
        HandlerRule rule = rules.of(handler);
        if (operation.getResponses() == null) {
            operation.setResponses(new ApiResponses());
        }
        if (operation.getSecurity() == null) {
            operation.setSecurity(security(rule));
        }
        ApiResponses responses = operation.getResponses();
        // Open handlers also reject an invalid token.
        addErrorResponse(responses, "401", GuardComponents.UNAUTHORIZED);
        if (rule instanceof HandlerRule.Open) {
            return operation;
        }
        addErrorResponse(responses, "503", GuardComponents.UNAVAILABLE);
        if (rule instanceof Requires || isClosed(rule)) {
            addErrorResponse(responses, "403", GuardComponents.FORBIDDEN);
        }
        if (rule instanceof Requires requires && requires.roles() != null) {
            operation.addExtension(ROLES, roles(requires.roles()));
        }
        if (signals) {
            signal(responses);
        }
        return operation;
    }

    private List<SecurityRequirement> security(HandlerRule rule) {
        if (rule instanceof HandlerRule.Open) {
            return List.of();
        }
        return rule instanceof Requires requires && requires.requirement() != null
                ? schemes.of(requires.requirement())
                : schemes.ofAnyToken();
    }

    private boolean isClosed(HandlerRule rule) {
        return rule instanceof HandlerRule.Closed || (closed && rule instanceof HandlerRule.Unannotated);
    }

    private static Object roles(RoleRequirement required) {
        return List.copyOf(required.roles().stream().sorted().toList());
    }

    private static void addErrorResponse(ApiResponses responses, String status, String component) {
        responses.putIfAbsent(status, new ApiResponse().$ref("#/components/responses/" + component));
    }

    /** Responses to granted requests may also carry the header. */
    private static void signal(ApiResponses responses) {
        responses.forEach((status, response) -> {
            boolean documented = response.get$ref() == null && (status.startsWith("2") || status.equals("403"));
            if (documented) {
                response.addHeaderObject(GuardComponents.DRIFT, GuardComponents.reference(GuardComponents.DRIFT));
            }
        });
    }
}
