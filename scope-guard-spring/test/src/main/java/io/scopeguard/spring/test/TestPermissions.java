package io.scopeguard.spring.test;

import io.scopeguard.provider.Account;
import io.scopeguard.provider.Membership;
import io.scopeguard.provider.PermissionChange;
import io.scopeguard.provider.ProviderClock;
import io.scopeguard.provider.ScopeCatalogue;
import io.scopeguard.provider.Standing;
import io.scopeguard.provider.Subject;
import io.scopeguard.scope.Audience;
import io.scopeguard.scope.Scopes;
import io.scopeguard.spring.authorization.DeclaredScopes;
import io.scopeguard.time.SteadyClock;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.BiConsumer;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * The live permissions of a test. A subject holds the scopes and roles that its tokens carry, until the test removes some or adds
 * others. The next request sees the change without waiting. All changes are reset after each test method.
 *
 * <pre>{@code
 * permissions.in("acme").revoke("delete:report");       // the default user, in one organization
 * permissions.in("acme").promote("invite:member");
 * permissions.introduce("export:report");              // created just now, so older tokens cannot have it
 * permissions.in("acme").leave();
 * permissions.user("alice").suspend();
 * }</pre>
 *
 * <p>A bean of every test with the test's identity provider. Thread-safe.
 *
 * @since 0.1
 */
public final class TestPermissions {

    private final Consumer<PermissionChange> changes;
    private final Runnable forgetAsks;
    private final Supplier<DeclaredScopes> declared;
    private final SteadyClock steady;
    private final ProviderClock clock;
    private final ScopeCatalogue catalogue;
    private final Map<Place, Holdings> holdings = new ConcurrentHashMap<>();
    private final Set<Subject> suspended = ConcurrentHashMap.newKeySet();
    private final Set<String> roles = ConcurrentHashMap.newKeySet();
    private final Map<Audience, Scopes> grantedGlobally = new ConcurrentHashMap<>();
    private volatile boolean unavailable;

    /**
     * @param changes reports changes to the guard
     * @param forgetAsks lets the guard forget the remedies that clients were asked for
     * @param declared the scopes that the application's handlers declare
     */
    TestPermissions(
            Consumer<PermissionChange> changes,
            Runnable forgetAsks,
            Supplier<DeclaredScopes> declared,
            SteadyClock steady) {
        this.changes = changes;
        this.forgetAsks = forgetAsks;
        this.declared = declared;
        this.steady = steady;
        this.clock = new ProviderClock(steady);
        this.catalogue = new ScopeCatalogue(clock);
    }

    /** The permissions of the default user in an organization. */
    public MemberPermissions in(String organization) {
        return user(TestAccessToken.DEFAULT_USER).in(organization);
    }

    /** The permissions of the default user outside of organizations. */
    public MemberPermissions globally() {
        return user(TestAccessToken.DEFAULT_USER).globally();
    }

    /** Suspends the default user. */
    public void suspend() {
        user(TestAccessToken.DEFAULT_USER).suspend();
    }

    /** The permissions of a user. */
    public SubjectPermissions user(String id) {
        return new SubjectPermissions(this, new Subject(Subject.Type.USER, id));
    }

    /** The permissions of an application that acts on its own behalf. */
    public SubjectPermissions application(String id) {
        return new SubjectPermissions(this, new Subject(Subject.Type.APPLICATION, id));
    }

    /**
     * Creates scopes at the identity provider. A user that is promoted to them needs a new consent: the scopes are {@code new} for
     * tokens that were issued before.
     */
    public void introduce(String... scopes) {
        forAudiences(List.of(scopes), (audience, scope) -> catalogue.created(audience, scope, steady.nanos()));
    }

    /**
     * Makes the identity provider unavailable: live permissions are unknown until {@link #makeAvailable} or the end of the test. As
     * in production, a revocation that the guard has observed stays in force meanwhile, even one of an earlier test: use a user
     * that only this test uses.
     */
    public void makeUnavailable() {
        unavailable = true;
        changes.accept(new PermissionChange.OfEverything());
    }

    /** Makes the identity provider available again. */
    public void makeAvailable() {
        unavailable = false;
    }

    /** Forgets all changes, and all tokens. Called after each test method. */
    public void reset() {
        holdings.clear();
        suspended.clear();
        unavailable = false;
        declared.get().audiences().forEach(this::forgetIntroduced);
        forgetAsks.run();
        TestAccessToken.forgetSignatures();
        changes.accept(new PermissionChange.OfEverything());
    }

    /** A scope is forgotten after two lists without it. */
    private void forgetIntroduced(Audience audience) {
        catalogue.learn(audience, Map.of(), steady.nanos());
        catalogue.learn(audience, Map.of(), steady.nanos());
    }

    ProviderClock clock() {
        return clock;
    }

    ScopeCatalogue catalogue() {
        return catalogue;
    }

    boolean isUnavailable() {
        return unavailable;
    }

    void carried(Subject subject, @Nullable String organization, Audience audience, Scopes scopes, Set<String> names) {
        change(subject, organization, held -> held.carry(audience, scopes, names));
    }

    void change(Subject subject, @Nullable String organization, Consumer<Holdings> change) {
        Place place = new Place(subject, organization);
        Holdings held = holdings.computeIfAbsent(place, ignored -> new Holdings());
        long before = held.version();
        change.accept(held);
        boolean hasNewScopes = organization == null && granted(held);
        if (roles.addAll(held.roles()) || hasNewScopes) {
            changes.accept(new PermissionChange.OfRoles());
        }
        if (held.version() != before) {
            changes.accept(
                    organization == null
                            ? new PermissionChange.OfSubject(subject)
                            : new PermissionChange.OfMember(subject, organization));
        }
    }

    void suspend(Subject subject) {
        suspended.add(subject);
        changes.accept(new PermissionChange.OfSubject(subject));
    }

    void reactivate(Subject subject) {
        suspended.remove(subject);
        changes.accept(new PermissionChange.OfSubject(subject));
    }

    /** Calls an action for each audience whose operations declare the scope, or for organizations if none does. */
    void forAudiences(Collection<String> scopes, BiConsumer<Audience, String> action) {
        DeclaredScopes all = declared.get();
        for (String scope : scopes) {
            boolean isDeclared = false;
            for (Audience audience : all.audiences()) {
                if (all.of(audience).contains(scope)) {
                    isDeclared = true;
                    action.accept(audience, scope);
                }
            }
            if (!isDeclared) {
                action.accept(Audience.ORGANIZATION, scope);
            }
        }
    }

    Membership membership(Subject subject, String organization) {
        Standing standing = standing(subject);
        Holdings held = holdings.get(new Place(subject, organization));
        if (standing != Standing.ACTIVE) {
            return Membership.none(standing);
        }
        return held == null || held.hasLeft() ? Membership.none(Standing.NOT_A_MEMBER) : Membership.of(held.grants());
    }

    Account account(Subject subject) {
        Holdings held = holdings.get(new Place(subject, null));
        return new Account(standing(subject), held == null ? new Holdings().grants() : held.grants());
    }

    /** The names of all roles that have been held. */
    Set<String> roles() {
        return Set.copyOf(roles);
    }

    /** The scopes that have been granted outside of organizations. */
    Map<Audience, Scopes> grantedGlobally() {
        return Map.copyOf(grantedGlobally);
    }

    private boolean granted(Holdings held) {
        Map<Audience, Scopes> before = Map.copyOf(grantedGlobally);
        held.grants().direct().forEach((audience, scopes) -> grantedGlobally.merge(audience, scopes, Scopes::or));
        return !before.equals(grantedGlobally);
    }

    private Standing standing(Subject subject) {
        return suspended.contains(subject) ? Standing.SUSPENDED : Standing.ACTIVE;
    }

    /** A subject in one organization, or outside of organizations. */
    private record Place(Subject subject, @Nullable String organization) {}
}
