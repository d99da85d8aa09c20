package io.scopeguard.spring.actuate;

import io.scopeguard.ScopeGuard;
import io.scopeguard.ScopeGuardSettings;
import io.scopeguard.provider.PermissionChange;
import io.scopeguard.provider.Subject;
import io.scopeguard.scope.Audience;
import io.scopeguard.spring.authorization.HandlerCatalog;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.actuate.endpoint.annotation.DeleteOperation;
import org.springframework.boot.actuate.endpoint.annotation.Endpoint;
import org.springframework.boot.actuate.endpoint.annotation.ReadOperation;
import org.springframework.boot.actuate.endpoint.annotation.Selector;

/**
 * The actuator endpoint {@code scopeguard}: the guard of the application, the permissions of a subject with their reasons, and a
 * way to read live permissions again. It shows ids and scopes, never tokens or secrets. Not exposed over HTTP by default.
 * Thread-safe.
 */
@Endpoint(id = "scopeguard")
public final class ScopeGuardEndpoint {

    private final ScopeGuard guard;
    private final List<LiveProvider> providers;
    private final HandlerCatalog handlers;
    private final PermissionExplainer explainer;
    private final ScopeGuardSettings settings;
    private final Audience defaultAudience;

    public ScopeGuardEndpoint(
            ScopeGuard guard,
            List<LiveProvider> providers,
            HandlerCatalog handlers,
            PermissionExplainer explainer,
            ScopeGuardSettings settings,
            Audience defaultAudience) {
        this.guard = guard;
        this.providers = List.copyOf(providers);
        this.handlers = handlers;
        this.explainer = explainer;
        this.settings = settings;
        this.defaultAudience = defaultAudience;
    }

    /** The state of the guard. */
    public record State(
            String mode,
            String defaultAudience,
            Duration maxAge,
            Duration maxStale,
            List<Provider> providers,
            List<Handler> handlers) {}

    /** The state of a provider. */
    public record Provider(
            String name, String description, List<String> issuers, String circuit, int activeReads, int waitingReads) {}

    /** A handler and its requirement. */
    public record Handler(String handler, Set<String> paths, Set<String> methods, Requirements requires) {}

    /** Shows mode, providers and handlers. */
    @ReadOperation
    public State state() {
        return new State(
                lower(settings.mode()),
                defaultAudience.value(),
                settings.maxAge(),
                settings.maxStale(),
                providers.stream().map(ScopeGuardEndpoint::provider).toList(),
                handlers.entries().stream().map(ScopeGuardEndpoint::handler).toList());
    }

    /**
     * Explains the permissions of a subject.
     *
     * @param subject the id of a user, or of an application
     * @param organization outside of organizations if absent
     * @param client the same id as the subject for an application that acts for itself
     * @param audience the default audience if absent
     * @param scopes the scopes that the token carries; all live scopes if absent
     * @param issuedAt when the token was issued; now if absent
     * @param provider the first if absent
     */
    @ReadOperation
    public Explanation explain(
            @Selector String subject,
            @Nullable String organization,
            @Nullable String client,
            @Nullable String audience,
            @Nullable List<String> scopes,
            @Nullable Instant issuedAt,
            @Nullable String provider) {
        return explainer.explain(
                new PermissionExplainer.Query(provider, subject, organization, client, audience, scopes, issuedAt));
    }

    /** Lets everything be read again before it is used next. Revocations that were seen stay in force. */
    @DeleteOperation
    public void evict() {
        guard.apply(new PermissionChange.OfEverything());
    }

    /** Lets the permissions of one subject be read again before they are used next. */
    @DeleteOperation
    public void evict(@Selector String subject) {
        guard.apply(new PermissionChange.OfSubject(new Subject(Subject.Type.USER, subject)));
        guard.apply(new PermissionChange.OfSubject(new Subject(Subject.Type.APPLICATION, subject)));
    }

    private static Provider provider(LiveProvider each) {
        return new Provider(
                each.provider().name(),
                each.provider().description(),
                each.provider().issuers(),
                lower(each.provider().circuit()),
                each.permissions().active(),
                each.permissions().waiting());
    }

    private static Handler handler(HandlerCatalog.Entry entry) {
        return new Handler(entry.name(), entry.paths(), entry.methods(), Requirements.of(entry.rule()));
    }

    private static String lower(Enum<?> value) {
        return value.name().toLowerCase(Locale.ROOT);
    }
}
