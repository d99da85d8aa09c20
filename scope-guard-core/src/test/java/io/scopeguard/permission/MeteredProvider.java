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

/** A provider that answers at once, as often as the budget allows: everybody has the same role. */
final class MeteredProvider implements PermissionSource {

    static final Scopes SCOPES = Scopes.of("read:report");

    private static final String ROLE = "viewer";
    private static final String FORMER_ROLE = "editor";

    private final CallBudget budget;
    private final boolean hasList;
    private final Map<String, List<String>> members = new HashMap<>();
    private final Map<String, RoleDefinition> roles = Map.of(
            ROLE, RoleDefinition.of(Map.of(Audience.ORGANIZATION, SCOPES)),
            FORMER_ROLE, RoleDefinition.of(Map.of(Audience.ORGANIZATION, SCOPES.or(Scopes.of("edit:report")))));
    private volatile Membership held = Membership.of(Grants.ofRoles(Set.of(FORMER_ROLE)));
    private boolean metered;
    private int calls;

    /**
     * @param hasList whether members can be read by the page
     */
    MeteredProvider(Crowd crowd, CallBudget budget, boolean hasList) {
        this.budget = budget;
        this.hasList = hasList;
        crowd.users()
                .forEach(key -> members.computeIfAbsent(String.valueOf(key.organization()), id -> new ArrayList<>())
                        .add(key.subject().id()));
    }

    /** From now on, calls cost. */
    void meter() {
        metered = true;
    }

    /** Everybody has a smaller role from now on. */
    void demoteAll() {
        held = Membership.of(Grants.ofRoles(Set.of(ROLE)));
    }

    int calls() {
        return calls;
    }

    @Override
    public ProviderTraits traits() {
        return new ProviderTraits(
                Crowd.PAGE, hasList, hasList, 2, Set.of(), Set.of(), Set.of(), Map.of(), Duration.ZERO);
    }

    @Override
    public Answer<Membership> membership(Subject subject, String organization, CallContext context) {
        call(context);
        return Answer.explicit(held);
    }

    @Override
    public Answer<Membership> confirmMembership(Subject subject, String organization, CallContext context) {
        return membership(subject, organization, context);
    }

    @Override
    public Page<Member> members(String organization, @Nullable String cursor, CallContext context) {
        call(context);
        List<String> all = members.getOrDefault(organization, List.of());
        int from = cursor == null ? 0 : Integer.parseInt(cursor);
        int to = Math.min(from + Crowd.PAGE, all.size());
        List<Member> items = all.subList(from, to).stream()
                .map(user -> new Member(user, held))
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
        return roles;
    }

    @Override
    public Optional<RoleScopes> roleScopes(DefinitionsKey key, String role, Audience audience, CallContext context) {
        call(context);
        return Optional.empty();
    }

    private void call(CallContext context) {
        if (metered) {
            budget.take(context);
            calls++;
        }
    }
}
