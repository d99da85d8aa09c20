package io.scopeguard.logtobox.management;

import io.scopeguard.logtobox.webhook.HookEvents;
import io.scopeguard.logtobox.webhook.Webhooks;
import java.util.LinkedHashMap;
import java.util.Map;
import org.springframework.http.HttpHeaders;
import org.springframework.web.servlet.function.ServerRequest;

/** Sends the events of a successful call to the hooks. */
final class CallEvents {

    private final Webhooks webhooks;

    CallEvents(Webhooks webhooks) {
        this.webhooks = webhooks;
    }

    void tell(Routes.Route route, ServerRequest request, Reply reply) {
        reply.events()
                .forEach(event -> webhooks.fire(
                        event.name(), describe(event.name(), route, request, reply, event.before(), event.after())));
        HookEvents.of(route.method(), route.path())
                .ifPresent(
                        event -> webhooks.fire(event, describe(event, route, request, reply, Map.of(), dataOf(reply))));
    }

    private static Map<String, ?> dataOf(Reply reply) {
        Object body = reply.body();
        return body == null ? Map.of() : Map.of("data", body);
    }

    private Map<String, ?> describe(
            String event,
            Routes.Route route,
            ServerRequest request,
            Reply reply,
            Map<String, ?> before,
            Map<String, ?> after) {
        Map<String, Object> members = new LinkedHashMap<>();
        members.put("event", event);
        members.put("createdAt", webhooks.timestamp());
        String userAgent = request.headers().firstHeader(HttpHeaders.USER_AGENT);
        if (userAgent != null) {
            members.put("userAgent", userAgent);
        }
        members.put("ip", "127.0.0.1");
        members.putAll(before);
        String path = request.path().replaceFirst("^/api", "");
        members.put("path", path);
        members.put("method", route.method());
        members.put("status", reply.status());
        members.put("params", params(path, route, request));
        members.put("matchedRoute", route.path());
        members.putAll(after);
        return members;
    }

    /** Logto's router matches the routes of global roles with a wildcard, which shows in the event. */
    private static Map<String, String> params(String path, Routes.Route route, ServerRequest request) {
        Map<String, String> params = new LinkedHashMap<>();
        if (path.startsWith("/roles/")) {
            params.put("0", path.substring("/roles".length()));
        }
        route.variables().forEach(name -> params.put(name, request.pathVariable(name)));
        return params;
    }
}
