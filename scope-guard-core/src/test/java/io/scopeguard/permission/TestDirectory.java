package io.scopeguard.permission;

import io.scopeguard.provider.Account;
import io.scopeguard.provider.Answer;
import io.scopeguard.provider.CallContext;
import io.scopeguard.provider.DefinitionsKey;
import io.scopeguard.provider.Grants;
import io.scopeguard.provider.Holder;
import io.scopeguard.provider.Member;
import io.scopeguard.provider.Membership;
import io.scopeguard.provider.Page;
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
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/** A provider like Logto, with organizations, members and roles, which counts its calls and can simulate faults. */
class TestDirectory implements PermissionSource {

    static final Audience API = Audience.resource("https://api.example.test");

    private static final int PAGE = 100;

    static final ProviderTraits TRAITS = new ProviderTraits(
            PAGE,
            true,
            true,
            2,
            Set.of(TokenKind.ORGANIZATION, TokenKind.ORGANIZATION_RESOURCE),
            Set.of(TokenKind.ORGANIZATION_RESOURCE, TokenKind.RESOURCE),
            Set.of(TokenKind.RESOURCE),
            Map.of(),
            Duration.ZERO);

    private final Map<String, Map<String, Set<String>>> organizations = new HashMap<>();
    private final Map<String, Map<Audience, Scopes>> roles = new LinkedHashMap<>();
    private final Map<String, Scopes> globalRoles = new LinkedHashMap<>();
    private final Map<String, Set<String>> holders = new HashMap<>();
    private final Set<String> suspended = new LinkedHashSet<>();
    private final Set<String> deleted = new LinkedHashSet<>();
    private final Set<String> hidden = new LinkedHashSet<>();
    private final List<String> calls = new ArrayList<>();
    private final Set<String> empty = new LinkedHashSet<>();
    private boolean down;
    private boolean exhausted;
    private boolean listsMembers = true;
    private int pageSize = PAGE;

    /** Runs once, after the next call of this name has been answered and before the answer arrives. */
    private final Map<String, Runnable> meanwhile = new HashMap<>();

    synchronized TestDirectory role(String id, String... scopes) {
        roles.put(id, Map.of(Audience.ORGANIZATION, Scopes.of(scopes), API, Scopes.of(scopes)));
        return this;
    }

    synchronized TestDirectory globalRole(String id, String... scopes) {
        globalRoles.put(id, Scopes.of(scopes));
        holders.computeIfAbsent(id, role -> new LinkedHashSet<>());
        return this;
    }

    synchronized TestDirectory holds(String user, String... globalRoleIds) {
        // A holder who keeps a role keeps the place on its pages.
        Set<String> held = Set.of(globalRoleIds);
        holders.forEach((role, users) -> {
            if (!held.contains(role)) {
                users.remove(user);
            }
        });
        for (String role : held) {
            holders.computeIfAbsent(role, id -> new LinkedHashSet<>()).add(user);
        }
        return this;
    }

    synchronized TestDirectory member(String organization, String user, String... held) {
        organizations.computeIfAbsent(organization, id -> new LinkedHashMap<>()).put(user, Set.of(held));
        return this;
    }

    synchronized TestDirectory members(String organization, int count, String... held) {
        for (int i = 0; i < count; i++) {
            member(organization, "user-" + i, held);
        }
        return this;
    }

    synchronized void suspend(String user) {
        suspended.add(user);
    }

    synchronized void reactivate(String user) {
        suspended.remove(user);
    }

    /** Whether the lists of holders lack the user, who still holds the roles. */
    synchronized void hide(String user, boolean isHidden) {
        if (isHidden) {
            hidden.add(user);
        } else {
            hidden.remove(user);
        }
    }

    synchronized void delete(String user) {
        deleted.add(user);
    }

    synchronized void leave(String organization, String user) {
        organizations.getOrDefault(organization, Map.of()).remove(user);
    }

    synchronized void removeGlobalRole(String id) {
        globalRoles.remove(id);
        holders.remove(id);
    }

    synchronized void removeRole(String id) {
        roles.remove(id);
    }

    /** Whether the budget leaves no room for calls. */
    synchronized void exhausted(boolean isExhausted) {
        exhausted = isExhausted;
    }

    synchronized void down(boolean isDown) {
        down = isDown;
    }

    /**
     * Whether calls of this name are answered with {@code 200 []}; with the name {@code holder-counts}, whether the list of global
     * roles says that nobody holds them.
     */
    synchronized void empty(String operation, boolean isEmpty) {
        if (isEmpty) {
            empty.add(operation);
        } else {
            empty.remove(operation);
        }
    }

    /** Lists have pages of this size. */
    TestDirectory pages(int size) {
        pageSize = size;
        return this;
    }

    void withoutLists() {
        listsMembers = false;
    }

    synchronized void meanwhile(String operation, Runnable action) {
        meanwhile.put(operation, action);
    }

    synchronized long calls(String operation) {
        return calls.stream().filter(operation::equals).count();
    }

    synchronized int calls() {
        return calls.size();
    }

    synchronized void forgetCalls() {
        calls.clear();
    }

    @Override
    public ProviderTraits traits() {
        return new ProviderTraits(
                pageSize,
                listsMembers,
                listsMembers,
                2,
                TRAITS.youngTokens(),
                TRAITS.globalGrantsCount(),
                TRAITS.leakingKinds(),
                Map.of(),
                Duration.ZERO);
    }

    @Override
    public Answer<Membership> membership(Subject subject, String organization, CallContext context) {
        return answered("membership", context, isEmpty -> {
            Membership found = membership(subject.id(), organization);
            boolean absent = isEmpty || found.standing() == Standing.NOT_A_MEMBER;
            return absent ? Answer.implicit(Membership.none(Standing.NOT_A_MEMBER)) : Answer.explicit(found);
        });
    }

    @Override
    public Answer<Membership> confirmMembership(Subject subject, String organization, CallContext context) {
        return answered(
                "confirm",
                context,
                isEmpty -> isEmpty
                        ? Answer.implicit(Membership.of(Grants.none()))
                        : Answer.explicit(membership(subject.id(), organization)));
    }

    private Membership membership(String user, String organization) {
        if (deleted.contains(user)) {
            return Membership.none(Standing.UNKNOWN_SUBJECT);
        }
        Set<String> held = organizations.getOrDefault(organization, Map.of()).get(user);
        if (held == null) {
            return Membership.none(Standing.NOT_A_MEMBER);
        }
        return suspended.contains(user) ? Membership.none(Standing.SUSPENDED) : Membership.of(Grants.ofRoles(held));
    }

    @Override
    public Page<Member> members(String organization, @Nullable String cursor, CallContext context) {
        return answered("members", context, isEmpty -> {
            Set<String> users = isEmpty
                    ? Set.of()
                    : organizations.getOrDefault(organization, Map.of()).keySet();
            return page(users, cursor, user -> new Member(user, membership(user, organization)));
        });
    }

    @Override
    public Page<Holder> holders(String role, @Nullable String cursor, CallContext context) {
        return answered(
                "holders",
                context,
                isEmpty -> page(
                        isEmpty ? Set.of() : shown(holders.getOrDefault(role, Set.of())),
                        cursor,
                        user -> new Holder(user, suspended.contains(user) ? Standing.SUSPENDED : Standing.ACTIVE)));
    }

    private Set<String> shown(Set<String> users) {
        Set<String> shown = new LinkedHashSet<>(users);
        shown.removeAll(hidden);
        return shown;
    }

    private interface Item<T> {
        T of(String user);
    }

    private <T> Page<T> page(Set<String> users, @Nullable String cursor, Item<T> item) {
        int from = cursor == null ? 0 : Integer.parseInt(cursor);
        List<T> items = users.stream().skip(from).limit(pageSize).map(item::of).toList();
        int next = from + pageSize;
        return new Page<>(items, next < users.size() ? String.valueOf(next) : null, users.size());
    }

    @Override
    public Answer<Account> account(Subject subject, CallContext context) {
        return answered("account", context, isEmpty -> {
            Standing standing = deleted.contains(subject.id())
                    ? Standing.UNKNOWN_SUBJECT
                    : suspended.contains(subject.id()) ? Standing.SUSPENDED : Standing.ACTIVE;
            return subject.type() == Subject.Type.USER
                    ? Answer.explicit(Account.ofStanding(standing))
                    : Answer.explicit(new Account(standing, Grants.ofRoles(held(subject.id()))));
        });
    }

    @Override
    public Answer<Account> globalGrants(Subject subject, CallContext context) {
        return answered("grants", context, isEmpty -> {
            Set<String> held = isEmpty ? Set.of() : held(subject.id());
            Account account = Account.ofGrants(Grants.ofRoles(held));
            return held.isEmpty() ? Answer.implicit(account) : Answer.explicit(account);
        });
    }

    private Set<String> held(String user) {
        Set<String> held = new TreeSet<>();
        holders.forEach((role, users) -> {
            if (users.contains(user)) {
                held.add(role);
            }
        });
        return held;
    }

    @Override
    public Map<String, RoleDefinition> definitions(DefinitionsKey key, CallContext context) {
        boolean global = key.equals(DefinitionsKey.GLOBAL_ROLES);
        return answered(global ? "global-roles" : "roles", context, isEmpty -> {
            Map<String, RoleDefinition> found = new HashMap<>();
            if (isEmpty) {
                return found;
            }
            if (global) {
                globalRoles.keySet().forEach(id -> found.put(id, listed(id)));
            } else {
                roles.forEach(
                        (id, scopes) -> found.put(id, RoleDefinition.of(scopes).named(id)));
            }
            return found;
        });
    }

    private RoleDefinition listed(String role) {
        Set<String> users = empty.contains("holder-counts") ? Set.of() : holders.getOrDefault(role, Set.of());
        return new RoleDefinition(Set.of(role), null, users.size(), users.size() <= 3 ? users : null);
    }

    @Override
    public Optional<RoleScopes> roleScopes(DefinitionsKey key, String role, Audience audience, CallContext context) {
        return answered("scopes", context, isEmpty -> {
            if (key.equals(DefinitionsKey.GLOBAL_ROLES)) {
                return Optional.ofNullable(globalRoles.get(role))
                        .map(scopes -> new RoleScopes(Map.of(API, scopes), true));
            }
            return Optional.ofNullable(roles.get(role))
                    .map(scopes ->
                            new RoleScopes(Map.of(audience, scopes.getOrDefault(audience, Scopes.none())), false));
        });
    }

    private interface Call<T> {
        T answer(boolean isEmpty);
    }

    private <T> T answered(String operation, CallContext context, Call<T> call) {
        context.begins();
        T answer;
        Runnable action;
        asked(operation, context);
        synchronized (this) {
            calls.add(operation);
            if (down) {
                throw new PermissionsUnavailableException(Reason.UNREACHABLE, "down");
            }
            if (exhausted) {
                throw new PermissionsUnavailableException(Reason.BUDGET_EXHAUSTED, "no calls left");
            }
            answer = call.answer(empty.contains(operation));
            action = meanwhile.remove(operation);
        }
        if (action != null) {
            action.run();
        }
        return answer;
    }

    /** Before a call, without any lock. */
    void asked(String operation, CallContext context) {
        // Subclasses wait here.
    }
}
