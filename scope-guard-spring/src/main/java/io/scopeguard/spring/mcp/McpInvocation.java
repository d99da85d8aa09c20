package io.scopeguard.spring.mcp;

import io.scopeguard.WatchEnd;
import io.scopeguard.signal.ProblemResponse;
import io.scopeguard.signal.ProblemResponses;
import io.scopeguard.spring.authentication.AccessTokenHolder;
import io.scopeguard.spring.authorization.GrantedInvocation;
import io.scopeguard.spring.response.ProblemResponseWriter;
import io.scopeguard.spring.stream.StreamGuard;
import io.scopeguard.token.AccessToken;
import jakarta.servlet.DispatcherType;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.springframework.http.HttpMethod;
import org.springframework.http.HttpStatus;
import org.springframework.http.MediaType;
import org.springframework.web.servlet.HandlerAdapter;
import org.springframework.web.servlet.ModelAndView;
import org.springframework.web.servlet.function.RouterFunctions;
import org.springframework.web.servlet.function.ServerRequest;
import tools.jackson.databind.json.JsonMapper;

/**
 * Decides about the operation that a message to an MCP endpoint calls, as long as the response can still have a status. Everything
 * else, such as lists and notifications, needs a valid token of an active account only. Thread-safe.
 */
public final class McpInvocation implements GrantedInvocation {

    private static final String SESSION = "Mcp-Session-Id";
    private static final MediaType UTF_8 = new MediaType(MediaType.APPLICATION_JSON, StandardCharsets.UTF_8);
    private static final JsonMapper JSON = JsonMapper.builder().build();

    private final GrantedInvocation next;
    private final McpAuthorizer authorizer;
    private final McpSessions sessions;
    private final ProblemResponseWriter writer;
    private final int maxBody;

    /** @param maxBody the largest message, in bytes */
    public McpInvocation(
            GrantedInvocation next,
            McpAuthorizer authorizer,
            McpSessions sessions,
            ProblemResponseWriter writer,
            int maxBody) {
        this.next = next;
        this.authorizer = authorizer;
        this.sessions = sessions;
        this.writer = writer;
        this.maxBody = maxBody;
    }

    @Override
    public @Nullable ModelAndView invoke(
            HandlerAdapter adapter, HttpServletRequest request, HttpServletResponse response, Object handler)
            throws Exception {
        boolean isFirst = request.getDispatcherType() != DispatcherType.ASYNC;
        if (handler instanceof McpEndpoint && isFirst) {
            Function<ProblemResponses, ProblemResponse> denial = denial(request, handler);
            if (denial != null) {
                writer.write(request, response, denial);
                return null;
            }
        }
        return next.invoke(adapter, request, response, handler);
    }

    private @Nullable Function<ProblemResponses, ProblemResponse> denial(HttpServletRequest request, Object handler)
            throws IOException {
        AccessToken token = AccessTokenHolder.get();
        if (token == null) {
            return ProblemResponses::missingToken;
        }
        List<String> session = Collections.list(request.getHeaders(SESSION));
        if (session.size() > 1) {
            return failed(HttpStatus.BAD_REQUEST);
        }
        if (!session.isEmpty() && sessions.isForeign(session.get(0), token)) {
            return failed(HttpStatus.NOT_FOUND);
        }
        return HttpMethod.POST.matches(request.getMethod()) ? ofMessage(request, handler, token) : null;
    }

    private @Nullable Function<ProblemResponses, ProblemResponse> ofMessage(
            HttpServletRequest request, Object handler, AccessToken token) throws IOException {
        if (!isJson(request.getContentType())) {
            return failed(HttpStatus.UNSUPPORTED_MEDIA_TYPE);
        }
        byte[] body = request.getInputStream().readNBytes(maxBody + 1);
        if (body.length > maxBody) {
            return failed(HttpStatus.CONTENT_TOO_LARGE);
        }
        try {
            McpMessage message = McpMessage.parse(body);
            McpOperation operation = message.operation();
            passOn(request, body);
            return operation == null ? null : ofOperation(request, handler, token, message, operation);
        } catch (MalformedMessageException e) {
            return ignored -> ProblemResponses.requestFailed(
                    HttpStatus.BAD_REQUEST.value(), "Malformed message", String.valueOf(e.getMessage()));
        }
    }

    private @Nullable Function<ProblemResponses, ProblemResponse> ofOperation(
            HttpServletRequest request, Object handler, AccessToken token, McpMessage message, McpOperation operation) {
        Object id = message.id();
        if (id != null) {
            StreamGuard.endWith(request, end -> lastMessage(id, end));
        }
        return authorizer.denial(request, handler, token, operation);
    }

    /** The body was read, and the transport reads the same bytes as the same characters. */
    private static void passOn(HttpServletRequest request, byte[] body) {
        if (request.getAttribute(RouterFunctions.REQUEST_ATTRIBUTE) instanceof ServerRequest original) {
            ServerRequest read = ServerRequest.from(original)
                    .headers(headers -> headers.setContentType(UTF_8))
                    .body(body)
                    .build();
            request.setAttribute(RouterFunctions.REQUEST_ATTRIBUTE, read);
        }
    }

    private static boolean isJson(@Nullable String contentType) {
        try {
            MediaType type = contentType == null ? null : MediaType.parseMediaType(contentType);
            return type != null
                    && type.equalsTypeAndSubtype(MediaType.APPLICATION_JSON)
                    && (type.getCharset() == null || type.getCharset().equals(UTF_8.getCharset()));
        } catch (IllegalArgumentException e) {
            // Not a media type, or an unknown charset.
            return false;
        }
    }

    private static Function<ProblemResponses, ProblemResponse> failed(HttpStatus status) {
        return ignored -> ProblemResponses.requestFailed(status.value(), status.getReasonPhrase());
    }

    /** The response to a call whose right ends while it runs, as a server-sent event. */
    private static String lastMessage(Object id, WatchEnd end) {
        Map<String, Object> message = new LinkedHashMap<>();
        message.put("jsonrpc", "2.0");
        message.put("id", id);
        message.put("error", McpMessageGuard.error(StreamGuard.problem(end)));
        return "event:message\ndata:" + JSON.writeValueAsString(message) + "\n\n";
    }
}
