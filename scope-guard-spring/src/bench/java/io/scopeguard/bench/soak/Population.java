package io.scopeguard.bench.soak;

import io.scopeguard.bench.live.tenant.Entitlement;
import io.scopeguard.bench.live.tenant.Tenant;
import io.scopeguard.bench.soak.Request.Policy;
import io.scopeguard.scope.Audience;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/** The users and their requests. */
final class Population {

    static final String MEMBER = "member";
    static final String EDITOR = "editor";
    static final String WRITER = "writer";

    /** Grants the scopes that editors may lose, to users that never lose anything. */
    private static final String KEEPER = "keeper";

    static final String AUDITOR = "auditor";
    static final String INSPECTOR = "inspector";
    static final String LIBRARIAN = "librarian";

    /** Global roles whose holders change. */
    static final List<String> GLOBAL_ROLES = List.of(AUDITOR, INSPECTOR, LIBRARIAN);

    private static final int FURTHER_GLOBAL_ROLES = 25;

    private static final int ORGANIZATIONS = 4;
    private static final int USERS = 120;

    /** The first of this many users never loses anything. */
    private static final int STEADY = 4;

    static final Audience API = Audience.resource(SoakApi.RESOURCE);

    private final Tenant tenant;
    private final List<Request> requests = new ArrayList<>();
    private final List<Request> streams = new ArrayList<>();
    private final List<String> users = new ArrayList<>();
    /** Modified and read only within changes of the tenant. */
    private final Set<String> gone = new HashSet<>();

    Population(Tenant tenant) {
        this.tenant = tenant;
        for (int i = 0; i < USERS; i++) {
            users.add("user" + (1000 + i));
        }
        tenant.change(this::fill);
        users.forEach(this::addRequests);
    }

    List<Request> requests() {
        return requests;
    }

    /** The requests that open streams. */
    List<Request> streams() {
        return streams;
    }

    /** The users whose roles change. */
    List<String> unsteady() {
        return users.stream().filter(user -> !isSteady(user)).toList();
    }

    String organizationOf(String user) {
        return organization(users.indexOf(user) / STEADY);
    }

    /** One of the organizations, for any number. */
    static String organization(int number) {
        return "organization" + number % ORGANIZATIONS;
    }

    private boolean isSteady(String user) {
        return users.indexOf(user) % STEADY == 0;
    }

    // To be called within a change of the tenant

    /** Members whose roles change. */
    List<String> changingMembers(String organization) {
        return unsteady().stream()
                .filter(user -> organizationOf(user).equals(organization) && !gone.contains(user))
                .toList();
    }

    void remove(String user) {
        gone.add(user);
        tenant.removeMember(organizationOf(user), user);
    }

    /** Adds a removed user again; returns {@code false} if the user is a member. */
    boolean restore(String user) {
        if (!gone.remove(user)) {
            return false;
        }
        tenant.addMember(organizationOf(user), user, List.of(MEMBER, EDITOR));
        return true;
    }

    private void fill() {
        tenant.addScopes(MEMBER, Audience.ORGANIZATION, Set.of(SoakApi.READ));
        tenant.addScopes(EDITOR, Audience.ORGANIZATION, Set.of(SoakApi.WRITE));
        tenant.addScopes(EDITOR, API, Set.of(SoakApi.DOCUMENT));
        tenant.addScopes(WRITER, Audience.ORGANIZATION, Set.of());
        tenant.addScopes(KEEPER, API, Set.of(SoakApi.DOCUMENT));
        tenant.addGlobalScopes(AUDITOR, API, Set.of(SoakApi.AUDIT));
        tenant.addGlobalScopes(INSPECTOR, API, Set.of(SoakApi.AUDIT));
        tenant.addGlobalScopes(LIBRARIAN, API, Set.of(SoakApi.DOCUMENT));
        for (String user : users) {
            tenant.addMember(
                    organizationOf(user),
                    user,
                    isSteady(user) ? List.of(MEMBER, EDITOR, KEEPER) : List.of(MEMBER, EDITOR));
            GLOBAL_ROLES.forEach(role -> tenant.giveGlobalRole(user, role));
        }
        for (int i = 0; i < FURTHER_GLOBAL_ROLES; i++) {
            fillFurtherRole("global" + i, i);
        }
    }

    /** Most of these roles have no holders. */
    private void fillFurtherRole(String role, int number) {
        tenant.addGlobalScopes(role, API, Set.of(SoakApi.AUDIT));
        if (number % STEADY == 0) {
            tenant.giveGlobalRole(users.get(number), role);
        }
    }

    private void addRequests(String user) {
        String path = "/organizations/" + organizationOf(user) + "/";
        Entitlement ofOrganization = new Entitlement(user, organizationOf(user), Audience.ORGANIZATION);
        Entitlement ofResource = new Entitlement(user, organizationOf(user), API);
        Entitlement global = new Entitlement(user, null, API);
        addWithStream(path + "read", ofOrganization, SoakApi.READ);
        addWithStream(path + "write", ofOrganization, SoakApi.WRITE);
        add(path + "strict", ofOrganization, SoakApi.WRITE, Policy.DENY);
        addWithStream(path + "documents", ofResource, SoakApi.DOCUMENT);
        addWithStream("/audit", global, SoakApi.AUDIT);
        add("/library", global, SoakApi.DOCUMENT, Policy.DENY_WHAT_MAY_HAVE_LEAKED);
    }

    private void addWithStream(String path, Entitlement entitlement, String scope) {
        add(path, entitlement, scope, Policy.TOKEN);
        streams.add(request(path + "/events", entitlement, scope, Policy.TOKEN));
    }

    private void add(String path, Entitlement entitlement, String scope, Policy policy) {
        requests.add(request(path, entitlement, scope, policy));
    }

    private Request request(String path, Entitlement entitlement, String scope, Policy policy) {
        return new Request(path, entitlement, scope, tenant.timeline(entitlement), policy);
    }
}
