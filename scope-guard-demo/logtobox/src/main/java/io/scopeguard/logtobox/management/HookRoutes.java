package io.scopeguard.logtobox.management;

import io.scopeguard.logtobox.directory.Directory;
import io.scopeguard.logtobox.webhook.Hook;
import io.scopeguard.logtobox.webhook.HookEvents;
import io.scopeguard.logtobox.webhook.Webhooks;
import io.scopeguard.logtobox.wire.Ids;
import io.scopeguard.logtobox.wire.RequestError;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** {@code /hooks}. */
final class HookRoutes {

    private final Webhooks webhooks;
    private final Directory directory;

    HookRoutes(Webhooks webhooks, Directory directory) {
        this.webhooks = webhooks;
        this.directory = directory;
    }

    void addTo(Routes routes) {
        routes.get("/hooks", call -> Reply.pageable(Views.all(List.copyOf(webhooks.all()))))
                .post("/hooks", this::create)
                .get("/hooks/:id", call -> Reply.ok(Views.of(require(call))))
                .patch("/hooks/:id", this::edit)
                .delete("/hooks/:id", this::delete)
                .post("/hooks/:id/test", this::test)
                .patch("/hooks/:id/signing-key", this::renewSigningKey);
    }

    private Reply create(Call call) {
        Body body = call.body();
        @Nullable String event = body.patched("event", null);
        List<String> events = checked(body.optionalStrings("events"));
        if (event == null && events.isEmpty()) {
            throw RequestError.of(400, "hook.missing_events", "You need to provide at least one event.");
        }
        Hook hook = new Hook(
                Ids.standardId(),
                body.optionalString("name").orElse(""),
                event,
                events,
                config(body),
                Ids.secret(),
                body.bool("enabled", true),
                directory.now());
        return Reply.created(Views.of(webhooks.save(hook)));
    }

    private Reply edit(Call call) {
        Body body = call.body();
        List<String> events = checked(body.optionalStrings("events"));
        return webhooks.update(
                        call.path("id"),
                        before -> new Hook(
                                before.id(),
                                body.optionalString("name").orElse(before.name()),
                                body.patched("event", before.event()),
                                body.has("events") ? events : before.events(),
                                body.has("config") ? config(body) : before.config(),
                                before.signingKey(),
                                body.bool("enabled", before.enabled()),
                                before.createdAt()))
                .map(hook -> Reply.ok(Views.of(hook)))
                .orElseThrow(() -> notFound(call));
    }

    private Reply renewSigningKey(Call call) {
        return webhooks.update(
                        call.path("id"),
                        before -> new Hook(
                                before.id(),
                                before.name(),
                                before.event(),
                                before.events(),
                                before.config(),
                                Ids.secret(),
                                before.enabled(),
                                before.createdAt()))
                .map(hook -> Reply.ok(Views.of(hook)))
                .orElseThrow(() -> notFound(call));
    }

    private Reply delete(Call call) {
        if (!webhooks.delete(call.path("id"))) {
            throw notFound(call);
        }
        return Reply.noContent();
    }

    private Reply test(Call call) {
        Hook hook = require(call);
        Body body = call.body();
        webhooks.test(hook, checked(body.someStrings("events")), config(body));
        return Reply.noContent();
    }

    private static Map<String, Object> config(Body body) {
        Map<String, Object> config = body.object("config", Map.of());
        if (!(config.get("url") instanceof String)) {
            throw Body.unknownValue("config", "url");
        }
        return config;
    }

    private static List<String> checked(List<String> events) {
        events.stream()
                .filter(event -> !HookEvents.ALL.contains(event))
                .findFirst()
                .ifPresent(event -> {
                    throw Body.unknownValue("events", event);
                });
        return events;
    }

    private Hook require(Call call) {
        return webhooks.find(call.path("id")).orElseThrow(() -> notFound(call));
    }

    private static RequestError notFound(Call call) {
        return RequestError.notExistsWithId("hooks", call.path("id"));
    }
}
