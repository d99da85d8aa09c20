package io.scopeguard.spring.mcp;

import io.modelcontextprotocol.spec.McpSchema.CallToolResult;
import io.modelcontextprotocol.spec.McpSchema.ErrorCodes;
import io.modelcontextprotocol.spec.McpSchema.JSONRPCRequest;
import io.modelcontextprotocol.spec.McpSchema.JSONRPCResponse;
import io.modelcontextprotocol.spec.McpSchema.JSONRPCResponse.JSONRPCError;
import io.scopeguard.Decision;
import io.scopeguard.signal.Problem;
import io.scopeguard.signal.ProblemResponse;
import io.scopeguard.signal.ProblemResponses;
import io.scopeguard.spring.authentication.AccessTokenHolder;
import io.scopeguard.spring.mcp.McpSessions.Subscription;
import io.scopeguard.spring.method.OperationDecisions;
import io.scopeguard.token.AccessToken;
import jakarta.servlet.http.HttpServletRequest;
import java.util.Map;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.springframework.web.context.request.RequestContextHolder;
import org.springframework.web.context.request.ServletRequestAttributes;
import org.springframework.web.servlet.HandlerMapping;

/**
 * The guard between a transport and its server. It lets only those operations pass that were permitted in the same HTTP request,
 * and decides about others itself, so that no message reaches the server without a decision. Thread-safe.
 */
public final class McpMessageGuard {

    /** The code of a denial in a JSON-RPC error, from the range for implementations. The problem detail is in its data. */
    static final int DENIED = -32003;

    private static final ProblemResponses PROBLEMS = new ProblemResponses(null);

    private final McpAuthorizer authorizer;
    private final McpLists lists;

    public McpMessageGuard(McpAuthorizer authorizer, McpLists lists) {
        this.authorizer = authorizer;
        this.lists = lists;
    }

    /** The error response to a message, or {@code null} if it may be dispatched. */
    @Nullable
    JSONRPCError denial(JSONRPCRequest message) {
        McpOperation operation;
        try {
            operation = new McpMessage(message.id(), message.method(), message.params()).operation();
        } catch (MalformedMessageException e) {
            return new JSONRPCError(ErrorCodes.INVALID_PARAMS, String.valueOf(e.getMessage()));
        }
        return operation == null ? null : denial(operation);
    }

    private @Nullable JSONRPCError denial(McpOperation operation) {
        HttpServletRequest request = currentRequest();
        AccessToken token = AccessTokenHolder.get();
        if (request == null || token == null) {
            return error(PROBLEMS.missingToken().problem());
        }
        if (authorizer.hasPermitted(request, operation)) {
            return null;
        }
        Object handler = request.getAttribute(HandlerMapping.BEST_MATCHING_HANDLER_ATTRIBUTE);
        Function<ProblemResponses, ProblemResponse> denial = authorizer.denial(request, handler, token, operation);
        return denial == null ? null : error(denial.apply(PROBLEMS).problem());
    }

    /** Takes note of a subscription that was permitted, or that ends. */
    void follow(McpSessions sessions, String session, JSONRPCRequest message) {
        Object uri = message.params() instanceof Map<?, ?> params ? params.get("uri") : null;
        HttpServletRequest request = currentRequest();
        AccessToken token = AccessTokenHolder.get();
        if (!(uri instanceof String name) || request == null || token == null) {
            return;
        }
        if (McpMessage.SUBSCRIBE.equals(message.method())) {
            sessions.subscribed(session, name, new Subscription(token, authorizer.permitted(request)));
        } else if (McpMessage.UNSUBSCRIBE.equals(message.method())) {
            sessions.unsubscribed(session, name);
        }
    }

    /** The response, whose lists contain only operations that the client could use; the denial, if the call failed with it. */
    JSONRPCResponse reduced(JSONRPCRequest message, JSONRPCResponse response) {
        HttpServletRequest request = currentRequest();
        Decision denial = request == null || !isFailure(response) ? null : OperationDecisions.denial(request);
        if (denial != null) {
            return JSONRPCResponse.error(
                    response.id(), error(PROBLEMS.of(denial).problem()));
        }
        return response.result() == null || !lists.contain(message.method())
                ? response
                : JSONRPCResponse.result(response.id(), lists.reduced(message.method(), response.result(), request));
    }

    private static boolean isFailure(JSONRPCResponse response) {
        return response.error() != null
                || (response.result() instanceof CallToolResult result && Boolean.TRUE.equals(result.isError()));
    }

    /** The protocol's error for a problem. */
    static JSONRPCError error(Problem problem) {
        return new JSONRPCError(DENIED, problem.detail(), problem.members());
    }

    private static @Nullable HttpServletRequest currentRequest() {
        return RequestContextHolder.getRequestAttributes() instanceof ServletRequestAttributes attributes
                ? attributes.getRequest()
                : null;
    }
}
