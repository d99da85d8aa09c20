package io.scopeguard.testing;

import io.scopeguard.permission.LivePermissions;
import io.scopeguard.permission.PermissionKey;
import io.scopeguard.provider.Account;
import io.scopeguard.provider.Answer;
import io.scopeguard.provider.CallContext;
import io.scopeguard.provider.DefinitionsKey;
import io.scopeguard.provider.Grants;
import io.scopeguard.provider.Membership;
import io.scopeguard.provider.PermissionSource;
import io.scopeguard.provider.PermissionsUnavailableException;
import io.scopeguard.provider.PermissionsUnavailableException.Reason;
import io.scopeguard.provider.ProviderTraits;
import io.scopeguard.provider.RoleDefinition;
import io.scopeguard.provider.RoleScopes;
import io.scopeguard.provider.Standing;
import io.scopeguard.provider.Subject;
import io.scopeguard.provider.TokenKind;
import io.scopeguard.scope.Audience;
import io.scopeguard.scope.Scopes;
import io.scopeguard.token.AccessToken;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** A provider whose permissions tests can change, with a role for each scope. A user without grants is not a member. */
public final class InMemoryTenant implements PermissionSource {

    private final Map<PermissionKey, LivePermissions> permissions = new ConcurrentHashMap<>();
    private final AtomicInteger fetches = new AtomicInteger();
    private final AtomicInteger confirmations = new AtomicInteger();
    private final Map<String, Map<Audience, Scopes>> roles = new ConcurrentHashMap<>();
    private final Map<String, Map<Audience, Scopes>> globalRoles = new ConcurrentHashMap<>();
    private final Map<Place, Set<String>> named = new ConcurrentHashMap<>();
    private final Map<String, String> names = new ConcurrentHashMap<>();
    private volatile boolean down;
    private volatile Consumer<Subject> beforeReads = subject -> {};

    public InMemoryTenant grant(AccessToken like, String... scopes) {
        return grant(like, Scopes.of(scopes), Scopes.of(scopes));
    }

    public InMemoryTenant grant(AccessToken like, Scopes issuable, Scopes granted) {
        PermissionKey key = PermissionKey.of(like);
        define(key, issuable, granted);
        permissions.put(key, StandalonePermissions.of(issuable, granted, Instant.EPOCH, 0));
        return this;
    }

    /** Gives a member these organization roles by name, instead of those of the last call; they grant nothing. */
    public InMemoryTenant organizationRoles(AccessToken like, String... roles) {
        return named(new Place(like.subject(), like.organization()), roles);
    }

    /** Gives a subject these global roles by name, instead of those of the last call; they grant nothing. */
    public InMemoryTenant globalRoles(AccessToken like, String... roles) {
        return named(new Place(like.subject(), null), roles);
    }

    private InMemoryTenant named(Place place, String... roles) {
        Set<String> ids = new HashSet<>();
        for (String role : roles) {
            String id = (place.organization == null ? "global " : "organization ") + role;
            names.putIfAbsent(id, role);
            ids.add(id);
        }
        named.put(place, ids);
        return this;
    }

    /** Renames a global role. */
    public InMemoryTenant renameGlobalRole(String role, String name) {
        names.put("global " + role, name);
        return this;
    }

    /** Takes a scope from the role that grants it in organizations. */
    public InMemoryTenant undefine(Audience audience, String scope) {
        roles.put(role(audience, scope), Map.of(audience, Scopes.none()));
        return this;
    }

    public InMemoryTenant stands(AccessToken like, Standing standing) {
        permissions.put(PermissionKey.of(like), StandalonePermissions.none(standing, Instant.EPOCH, 0));
        return this;
    }

    public void down(boolean isDown) {
        down = isDown;
    }

    /** Runs an action on the reading thread before a membership is read. */
    public void beforeReads(Consumer<Subject> action) {
        beforeReads = action;
    }

    /** The number of reads of a subject's roles. */
    public int fetches() {
        return fetches.get();
    }

    /** The number of confirming reads of a loss of standing. */
    public int confirmations() {
        return confirmations.get();
    }

    @Override
    public ProviderTraits traits() {
        return new ProviderTraits(
                100,
                false,
                false,
                1,
                Set.of(TokenKind.ORGANIZATION, TokenKind.ORGANIZATION_RESOURCE),
                Set.of(TokenKind.ORGANIZATION_RESOURCE, TokenKind.RESOURCE),
                Set.of(TokenKind.RESOURCE),
                Map.of(),
                Duration.ZERO);
    }

    @Override
    public Answer<Membership> membership(Subject subject, String organization, CallContext context) {
        fetches.incrementAndGet();
        beforeReads.accept(subject);
        return membership(subject, organization);
    }

    @Override
    public Answer<Membership> confirmMembership(Subject subject, String organization, CallContext context) {
        confirmations.incrementAndGet();
        return membership(subject, organization);
    }

    private Answer<Membership> membership(Subject subject, String organization) {
        answerIfUp();
        Standing standing = standing(subject, organization);
        return Answer.explicit(
                standing == Standing.ACTIVE
                        ? Membership.of(Grants.ofRoles(held(subject, organization)))
                        : Membership.none(standing));
    }

    @Override
    public Answer<Account> account(Subject subject, CallContext context) {
        answerIfUp();
        Standing standing = standing(subject, null);
        Standing outside = standing == Standing.NOT_A_MEMBER ? Standing.ACTIVE : standing;
        if (subject.type() == Subject.Type.USER) {
            return Answer.explicit(Account.ofStanding(outside));
        }
        fetches.incrementAndGet();
        return Answer.explicit(new Account(outside, Grants.ofRoles(held(subject, null))));
    }

    @Override
    public Answer<Account> globalGrants(Subject subject, CallContext context) {
        fetches.incrementAndGet();
        answerIfUp();
        return Answer.explicit(Account.ofGrants(Grants.ofRoles(held(subject, null))));
    }

    @Override
    public Map<String, RoleDefinition> definitions(DefinitionsKey key, CallContext context) {
        answerIfUp();
        Map<String, RoleDefinition> definitions = new HashMap<>();
        rolesOf(key).forEach((id, scopes) -> definitions.put(id, RoleDefinition.of(scopes)));
        String prefix = key.equals(DefinitionsKey.GLOBAL_ROLES) ? "global " : "organization ";
        names.forEach((id, name) -> {
            if (id.startsWith(prefix)) {
                definitions.put(id, RoleDefinition.of(Map.of()).named(name));
            }
        });
        return definitions;
    }

    @Override
    public Optional<RoleScopes> roleScopes(DefinitionsKey key, String role, Audience audience, CallContext context) {
        answerIfUp();
        return Optional.ofNullable(rolesOf(key).get(role)).map(scopes -> new RoleScopes(scopes, true));
    }

    private Map<String, Map<Audience, Scopes>> rolesOf(DefinitionsKey key) {
        return key.equals(DefinitionsKey.GLOBAL_ROLES) ? globalRoles : roles;
    }

    private void answerIfUp() {
        if (down) {
            throw new PermissionsUnavailableException(Reason.UNREACHABLE, "down");
        }
    }

    private Standing standing(Subject subject, @Nullable String organization) {
        return permissions.entrySet().stream()
                .filter(entry -> isOf(subject, organization, entry.getKey()))
                .map(entry -> entry.getValue().standing())
                .findFirst()
                .orElse(Standing.NOT_A_MEMBER);
    }

    private Set<String> held(Subject subject, @Nullable String organization) {
        Set<String> held = new HashSet<>(named.getOrDefault(new Place(subject, organization), Set.of()));
        permissions.forEach((key, live) -> {
            if (isOf(subject, organization, key)) {
                live.granted().forEach(scope -> held.add(role(key.audience(), scope)));
            }
        });
        return held;
    }

    private static boolean isOf(Subject subject, @Nullable String organization, PermissionKey key) {
        return subject.equals(key.subject()) && Objects.equals(organization, key.organization());
    }

    /** A role for each scope, which is never removed. */
    private void define(PermissionKey key, Scopes issuable, Scopes granted) {
        Audience audience = key.audience();
        boolean isGlobal = key.organization() == null;
        Scopes ofOrganizations = isGlobal ? issuable.minus(granted) : issuable;
        ofOrganizations.forEach(scope -> roles.put(role(audience, scope), Map.of(audience, Scopes.of(scope))));
        if (isGlobal) {
            granted.forEach(scope -> globalRoles.put(role(audience, scope), Map.of(audience, Scopes.of(scope))));
        }
    }

    private record Place(Subject subject, @Nullable String organization) {}

    private static String role(Audience audience, String scope) {
        return audience + " " + scope;
    }
}
