package io.scopeguard.permission;

import io.scopeguard.provider.Account;
import io.scopeguard.provider.Answer;
import io.scopeguard.provider.CallBudget;
import io.scopeguard.provider.CallContext;
import io.scopeguard.provider.DefinitionsKey;
import io.scopeguard.provider.Grants;
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
import io.scopeguard.scope.Audience;
import io.scopeguard.scope.Scopes;
import io.scopeguard.token.Subject;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** A provider whose roles change and whose answers fail, within the budget. Answers take no time. */
final class ChangingProvider implements PermissionSource {

    static final String READ = "read:report";
    static final String EDIT = "edit:report";
    static final Scopes TOKEN = Scopes.of(READ, EDIT);

    private static final String VIEWER = "viewer";
    private static final String EDITOR = "editor";
    private static final String WRITER = "writer";
    private static final Membership EDITS = membership(EDITOR);
    private static final Membership VIEWS = membership(VIEWER);
    private static final Membership EDITS_AND_WRITES = membership(EDITOR, WRITER);

    private final CallBudget budget;
    private final Map<String, List<String>> members = new HashMap<>();
    private final Map<String, Membership> memberships = new HashMap<>();
    private final Map<String, RoleDefinition> roles = new HashMap<>();
    private boolean isMetered;
    private boolean isDown;
    private boolean isEmpty;
    private int calls;

    ChangingProvider(Crowd crowd, CallBudget budget) {
        this.budget = budget;
        crowd.users().forEach(key -> {
            members.computeIfAbsent(String.valueOf(key.organization()), id -> new ArrayList<>())
                    .add(key.subject().id());
            memberships.put(key.subject().id(), EDITS);
        });
        define(VIEWER, READ);
        define(EDITOR, READ, EDIT);
    }

    /** From now on, calls cost. */
    void meter() {
        isMetered = true;
    }

    int calls() {
        return calls;
    }

    /** Whether every call fails. */
    void setDown(boolean down) {
        isDown = down;
    }

    /** Whether members' lists come empty. */
    void setEmpty(boolean empty) {
        isEmpty = empty;
    }

    void demote(PermissionKey key) {
        memberships.put(key.subject().id(), VIEWS);
    }

    /** Gives everybody a further role that grants nothing new. */
    void giveFurtherRole() {
        define(WRITER, EDIT);
        memberships.replaceAll((user, held) -> EDITS_AND_WRITES);
    }

    /** Takes from the first role what the further one grants too. */
    void moveScope() {
        define(EDITOR, READ);
    }

    @Override
    public ProviderTraits traits() {
        return new ProviderTraits(Crowd.PAGE, true, true, 2, Set.of(), Set.of(), Set.of(), Map.of(), Duration.ZERO);
    }

    @Override
    public Answer<Membership> membership(Subject subject, String organization, CallContext context) {
        call(context);
        return isEmpty ? Answer.implicit(Membership.none(Standing.NOT_A_MEMBER)) : Answer.explicit(held(subject.id()));
    }

    @Override
    public Answer<Membership> confirmMembership(Subject subject, String organization, CallContext context) {
        call(context);
        return isEmpty ? Answer.implicit(membership()) : Answer.explicit(held(subject.id()));
    }

    @Override
    public Page<Member> members(String organization, @Nullable String cursor, CallContext context) {
        call(context);
        List<String> all = isEmpty ? List.of() : members.getOrDefault(organization, List.of());
        int from = Math.min(cursor == null ? 0 : Integer.parseInt(cursor), all.size());
        int to = Math.min(from + Crowd.PAGE, all.size());
        List<Member> items = all.subList(from, to).stream()
                .map(user -> new Member(user, held(user)))
                .toList();
        return new Page<>(items, to < all.size() ? String.valueOf(to) : null, all.size());
    }

    @Override
    public Answer<Account> account(Subject subject, CallContext context) {
        call(context);
        return Answer.explicit(Account.ofStanding(Standing.ACTIVE));
    }

    @Override
    public Answer<Account> globalGrants(Subject subject, CallContext context) {
        call(context);
        return Answer.explicit(Account.ofGrants(Grants.none()));
    }

    @Override
    public Map<String, RoleDefinition> definitions(DefinitionsKey key, CallContext context) {
        call(context);
        return Map.copyOf(roles);
    }

    @Override
    public Optional<RoleScopes> roleScopes(DefinitionsKey key, String role, Audience audience, CallContext context) {
        call(context);
        return Optional.empty();
    }

    private Membership held(String user) {
        return memberships.getOrDefault(user, VIEWS);
    }

    private void define(String role, String... scopes) {
        roles.put(role, RoleDefinition.of(Map.of(Audience.ORGANIZATION, Scopes.of(scopes))));
    }

    private void call(CallContext context) {
        if (isMetered) {
            budget.take(context);
            calls++;
        }
        if (isDown) {
            throw new PermissionsUnavailableException(Reason.SERVER_ERROR, "The provider is down.");
        }
    }

    private static Membership membership(String... roles) {
        return Membership.of(Grants.ofRoles(Set.of(roles)));
    }
}
