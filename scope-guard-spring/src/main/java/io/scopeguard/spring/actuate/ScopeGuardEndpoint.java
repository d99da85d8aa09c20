package io.scopeguard.spring.actuate;

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
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.actuate.endpoint.annotation.DeleteOperation;
import org.springframework.boot.actuate.endpoint.annotation.Endpoint;
import org.springframework.boot.actuate.endpoint.annotation.ReadOperation;
import org.springframework.boot.actuate.endpoint.annotation.Selector;

/**
 * The actuator endpoint {@code scopeguard}. It shows the guard of the application, explains the permissions of a subject, and lets
 * live permissions be read again. It shows ids and scopes, never tokens or secrets. Not exposed over HTTP by default. Thread-safe.
 */
@Endpoint(id = "scopeguard")
public final class ScopeGuardEndpoint {

    private final Consumer<PermissionChange> changes;
    private final List<LiveProvider> providers;
    private final HandlerCatalog handlers;
    private final PermissionExplainer explainer;
    private final ScopeGuardSettings settings;
    private final Audience defaultAudience;

    /** @param changes applies changes on all replicas that share */
    public ScopeGuardEndpoint(
            Consumer<PermissionChange> changes,
            List<LiveProvider> providers,
            HandlerCatalog handlers,
            PermissionExplainer explainer,
            ScopeGuardSettings settings,
            Audience defaultAudience) {
        this.changes = changes;
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
     * @param organization the organization; if absent, permissions outside of organizations
     * @param client the client; the same id as the subject if an application acts on its own behalf
     * @param audience the audience; the default audience if absent
     * @param scopes the scopes that the token carries; all live scopes if absent
     * @param roles the organization roles that the token carries; if absent, it carries no claim for them
     * @param globalRoles the global roles that the token carries; if absent, it carries no claim for them
     * @param issuedAt when the token was issued; now if absent
     * @param provider the name of the provider; if absent, the one that the organization belongs to
     */
    @ReadOperation
    public Explanation explain(
            @Selector String subject,
            @Nullable String organization,
            @Nullable String client,
            @Nullable String audience,
            @Nullable List<String> scopes,
            @Nullable List<String> roles,
            @Nullable List<String> globalRoles,
            @Nullable Instant issuedAt,
            @Nullable String provider) {
        return explainer.explain(new PermissionExplainer.Query(
                provider, subject, organization, client, audience, scopes, roles, globalRoles, issuedAt));
    }

    /** Invalidates all live permissions, so that they are read again before the next use. Observed revocations stay in force. */
    @DeleteOperation
    public void evict() {
        changes.accept(new PermissionChange.OfEverything());
    }

    /** Invalidates the permissions of one subject, so that they are read again before the next use. */
    @DeleteOperation
    public void evict(@Selector String subject) {
        changes.accept(new PermissionChange.OfSubject(new Subject(Subject.Type.USER, subject)));
        changes.accept(new PermissionChange.OfSubject(new Subject(Subject.Type.APPLICATION, subject)));
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
