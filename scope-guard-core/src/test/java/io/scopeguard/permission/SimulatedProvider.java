package io.scopeguard.permission;

import io.scopeguard.provider.Account;
import io.scopeguard.provider.Answer;
import io.scopeguard.provider.CallBudget;
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
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * A provider whose roles change and whose answers fail on demand, within a call budget. Answers take no time. Initially, all users
 * are editors. Definitions are listed with their scopes for organization roles and without them for global roles, as in Logto.
 */
final class SimulatedProvider implements PermissionSource {

    static final String READ = "read:report";
    static final String EDIT = "edit:report";
    static final Scopes TOKEN = Scopes.of(READ, EDIT);
    static final Audience API = Audience.resource("https://api.example.test");

    private static final String VIEWER = "viewer";
    private static final String EDITOR = "editor";
    private static final String WRITER = "writer";
    private static final Membership EDITS = membership(EDITOR);
    private static final Membership VIEWS = membership(VIEWER);
    private static final Membership EDITS_AND_WRITES = membership(EDITOR, WRITER);

    private final CallBudget budget;
    private final boolean listsMembers;
    private final Map<String, List<String>> members = new HashMap<>();
    private final Map<String, Membership> memberships = new HashMap<>();
    private final Map<String, RoleDefinition> roles = new HashMap<>();
    private final Map<String, Set<String>> holders = new HashMap<>();
    private final Set<Fault> faults = new HashSet<>();
    private Runnable latency = () -> {};
    private boolean isMetered;
    private int calls;
    private int definitionReads;

    /** The kinds of fault. */
    enum Fault {
        /** Every call fails. */
        DOWN,
        /** Lists of members and searches for a member are empty. */
        NO_MEMBERS,
        /** The list of organization roles is empty. */
        NO_DEFINITIONS,
        /** Lists of the holders of global roles are empty. */
        NO_HOLDERS
    }

    /**
     * @param listsMembers whether members can be read by page
     */
    SimulatedProvider(Crowd crowd, CallBudget budget, boolean listsMembers) {
        this.budget = budget;
        this.listsMembers = listsMembers;
        crowd.users().forEach(key -> {
            members.computeIfAbsent(String.valueOf(key.organization()), id -> new ArrayList<>())
                    .add(key.subject().id());
            memberships.put(key.subject().id(), EDITS);
        });
        define(VIEWER, READ);
        define(EDITOR, READ, EDIT);
    }

    /** Counts calls from now on. */
    void meter() {
        isMetered = true;
    }

    int calls() {
        return calls;
    }

    /** The number of reads of the roles in organizations. */
    int definitionReads() {
        return definitionReads;
    }

    void begin(Fault fault) {
        faults.add(fault);
    }

    void end(Fault fault) {
        faults.remove(fault);
    }

    /** Replaces a user's role by one that cannot edit. */
    void demote(PermissionKey key) {
        memberships.put(key.subject().id(), VIEWS);
    }

    /** Removes a user from the organization, so that all later entries of its pages move up. */
    void expel(PermissionKey key) {
        members.getOrDefault(String.valueOf(key.organization()), List.of())
                .remove(key.subject().id());
        memberships.put(key.subject().id(), Membership.none(Standing.NOT_A_MEMBER));
    }

    /** Runs between the moment when an answer is made and its arrival. */
    void latency(Runnable passing) {
        latency = passing;
    }

    /** Assigns a further role, which grants nothing new, to all users. */
    void giveFurtherRole() {
        define(WRITER, EDIT);
        memberships.replaceAll((user, held) -> EDITS_AND_WRITES);
    }

    /** Removes the right to edit from the initial role of all users. */
    void editRole() {
        define(EDITOR, READ);
    }

    /** Adds a scope that no token carries to this role, or removes it again. */
    void extendRole(boolean extended) {
        if (extended) {
            define(EDITOR, READ, EDIT, "audit:report");
        } else {
            define(EDITOR, READ, EDIT);
        }
    }

    /** Deletes the initial role of all users. */
    void deleteRole() {
        roles.remove(EDITOR);
        memberships.replaceAll((user, held) -> membership());
    }

    /** Creates a global role that may edit, or changes its holders. */
    void holdGlobally(Set<String> users) {
        holders.put(WRITER, new LinkedHashSet<>(users));
    }

    @Override
    public ProviderTraits traits() {
        return new ProviderTraits(
                Crowd.PAGE,
                listsMembers,
                listsMembers,
                2,
                Set.of(),
                Set.of(TokenKind.ORGANIZATION_RESOURCE),
                Set.of(),
                Map.of(),
                Duration.ZERO);
    }

    @Override
    public Answer<Membership> membership(Subject subject, String organization, CallContext context) {
        return answered(
                context,
                () -> faults.contains(Fault.NO_MEMBERS)
                        ? Answer.implicit(Membership.none(Standing.NOT_A_MEMBER))
                        : Answer.explicit(held(subject.id())));
    }

    @Override
    public Answer<Membership> confirmMembership(Subject subject, String organization, CallContext context) {
        return answered(
                context,
                () -> faults.contains(Fault.NO_MEMBERS)
                        ? Answer.implicit(membership())
                        : Answer.explicit(held(subject.id())));
    }

    @Override
    public Page<Member> members(String organization, @Nullable String cursor, CallContext context) {
        return answered(context, () -> {
            List<String> all =
                    faults.contains(Fault.NO_MEMBERS) ? List.of() : members.getOrDefault(organization, List.of());
            Page<String> page = page(all, cursor);
            return new Page<>(
                    page.items().stream()
                            .map(user -> new Member(user, held(user)))
                            .toList(),
                    page.next(),
                    page.total());
        });
    }

    private static Page<String> page(List<String> all, @Nullable String cursor) {
        int from = Math.min(cursor == null ? 0 : Integer.parseInt(cursor), all.size());
        int to = Math.min(from + Crowd.PAGE, all.size());
        return new Page<>(all.subList(from, to), to < all.size() ? String.valueOf(to) : null, all.size());
    }

    @Override
    public Answer<Account> account(Subject subject, CallContext context) {
        return answered(context, () -> Answer.explicit(Account.ofStanding(Standing.ACTIVE)));
    }

    @Override
    public Answer<Account> globalGrants(Subject subject, CallContext context) {
        return answered(context, () -> {
            boolean holds = holders.getOrDefault(WRITER, Set.of()).contains(subject.id());
            return Answer.explicit(Account.ofGrants(holds ? Grants.ofRoles(Set.of(WRITER)) : Grants.none()));
        });
    }

    @Override
    public Page<Holder> holders(String role, @Nullable String cursor, CallContext context) {
        return answered(context, () -> {
            Set<String> all = faults.contains(Fault.NO_HOLDERS) ? Set.of() : holders.getOrDefault(role, Set.of());
            Page<String> page = page(List.copyOf(all), cursor);
            return new Page<>(
                    page.items().stream()
                            .map(user -> new Holder(user, Standing.ACTIVE))
                            .toList(),
                    page.next(),
                    page.total());
        });
    }

    @Override
    public Map<String, RoleDefinition> definitions(DefinitionsKey key, CallContext context) {
        return answered(context, () -> {
            if (key.equals(DefinitionsKey.GLOBAL_ROLES)) {
                Map<String, RoleDefinition> listed = new HashMap<>();
                holders.forEach(
                        (role, users) -> listed.put(role, new RoleDefinition(Set.of(role), null, users.size(), null)));
                return listed;
            }
            definitionReads++;
            return faults.contains(Fault.NO_DEFINITIONS) ? Map.of() : Map.copyOf(roles);
        });
    }

    @Override
    public Optional<RoleScopes> roleScopes(DefinitionsKey key, String role, Audience audience, CallContext context) {
        return answered(context, () -> Optional.of(new RoleScopes(Map.of(API, Scopes.of(EDIT)), true)));
    }

    private Membership held(String user) {
        return memberships.getOrDefault(user, VIEWS);
    }

    private void define(String role, String... scopes) {
        Scopes granted = Scopes.of(scopes);
        roles.put(role, RoleDefinition.of(Map.of(Audience.ORGANIZATION, granted, API, granted)));
    }

    private <T> T answered(CallContext context, Supplier<T> answer) {
        call(context);
        T made = answer.get();
        latency.run();
        return made;
    }

    private void call(CallContext context) {
        if (isMetered) {
            budget.take(context);
            calls++;
        } else {
            context.begins();
        }
        if (faults.contains(Fault.DOWN)) {
            throw new PermissionsUnavailableException(Reason.SERVER_ERROR, "The provider is down.");
        }
    }

    private static Membership membership(String... roles) {
        return Membership.of(Grants.ofRoles(Set.of(roles)));
    }
}
