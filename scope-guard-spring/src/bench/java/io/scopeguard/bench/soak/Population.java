package io.scopeguard.bench.soak;

import io.scopeguard.bench.live.tenant.Entitlement;
import io.scopeguard.bench.live.tenant.Tenant;
import io.scopeguard.scope.Audience;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/** Who is there, and which requests they make. */
final class Population {

    static final String MEMBER = "member";
    static final String EDITOR = "editor";
    static final String AUDITOR = "auditor";

    private static final int ORGANIZATIONS = 4;
    private static final int USERS = 120;

    /** Of so many users the first never loses anything. */
    private static final int STEADY = 4;

    private static final Audience API = Audience.resource(SoakApi.RESOURCE);

    private final Tenant tenant;
    private final List<Request> requests = new ArrayList<>();
    private final List<String> users = new ArrayList<>();

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

    /** The users whose roles change. */
    List<String> unsteady() {
        return users.stream().filter(user -> users.indexOf(user) % STEADY != 0).toList();
    }

    String organizationOf(String user) {
        return "organization" + users.indexOf(user) % ORGANIZATIONS;
    }

    private void fill() {
        tenant.addScopes(MEMBER, Audience.ORGANIZATION, Set.of(SoakApi.READ));
        tenant.addScopes(EDITOR, Audience.ORGANIZATION, Set.of(SoakApi.WRITE));
        tenant.addScopes(EDITOR, API, Set.of(SoakApi.DOCUMENT));
        tenant.addGlobalScopes(AUDITOR, API, Set.of(SoakApi.AUDIT));
        for (String user : users) {
            tenant.addMember(organizationOf(user), user, List.of(MEMBER, EDITOR));
            tenant.giveGlobalRole(user, AUDITOR);
        }
    }

    private void addRequests(String user) {
        String path = "/organizations/" + organizationOf(user) + "/";
        Entitlement ofOrganization = new Entitlement(user, organizationOf(user), Audience.ORGANIZATION);
        Entitlement ofResource = new Entitlement(user, organizationOf(user), API);
        add(path + "read", ofOrganization, SoakApi.READ, false);
        add(path + "write", ofOrganization, SoakApi.WRITE, false);
        add(path + "strict", ofOrganization, SoakApi.WRITE, true);
        add(path + "documents", ofResource, SoakApi.DOCUMENT, false);
        add("/audit", new Entitlement(user, null, API), SoakApi.AUDIT, false);
    }

    private void add(String path, Entitlement entitlement, String scope, boolean isStrict) {
        requests.add(new Request(path, entitlement, scope, tenant.timeline(entitlement), isStrict));
    }
}
