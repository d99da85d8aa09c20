package io.scopeguard.demo.convergence;

import io.scopeguard.demo.keycloak.KeycloakAdmin;
import io.scopeguard.demo.keycloak.KeycloakBrowser;
import io.scopeguard.demo.keycloak.KeycloakServer;
import java.util.List;
import java.util.Map;

/** The parts that all rows share: one real Keycloak with one realm, and one instance of the guarded API, in real time. */
final class KeycloakStage implements AutoCloseable {

    static final String API = "https://api.example.test";
    static final String PAGE = "page";
    static final String CONSENT_PAGE = "consent-page";
    static final String AGENT_SECRET = "agent-secret";

    private static final String GUARD_SECRET = "guard-secret";
    private static final String REALM = "realm" + Long.toString(System.currentTimeMillis(), 36);

    final KeycloakServer server = KeycloakServer.start();
    final KeycloakAdmin admin =
            KeycloakAdmin.createRealm(server, REALM, "reports-api", "read:report", "write:report", "read:document");
    final String agentUser;
    final Guard guard;

    KeycloakStage() {
        for (String client : List.of(PAGE, CONSENT_PAGE)) {
            admin.createSignInClient(client, API, KeycloakBrowser.REDIRECT_URI, client.equals(CONSENT_PAGE));
        }
        agentUser = admin.createMachine("agent", AGENT_SECRET, API);
        admin.createMachine(
                "guard",
                GUARD_SECRET,
                API,
                "view-organizations",
                "view-users",
                "view-clients",
                "view-events",
                "view-realm");
        admin.createRealmRole(RoleStories.APPROVER);
        admin.createRealmRole(RoleStories.PATRON);
        guard = Guard.start(properties(), context -> {});
    }

    /** Ages are scaled down, so that each row takes seconds. */
    private Map<String, Object> properties() {
        return Map.ofEntries(
                Map.entry("server.port", 0),
                Map.entry("logging.level.root", "warn"),
                Map.entry("scope-guard.resources", API),
                Map.entry("scope-guard.default-audience", API),
                Map.entry("scope-guard.permissions.max-age", "2s"),
                Map.entry("scope-guard.permissions.max-stale", "60s"),
                Map.entry("scope-guard.permissions.max-wait", "30s"),
                Map.entry("scope-guard.drift.spread", "1s"),
                Map.entry("scope-guard.keycloak.issuer", admin.issuer()),
                Map.entry("scope-guard.keycloak.client-id", "guard"),
                Map.entry("scope-guard.keycloak.client-secret", GUARD_SECRET),
                Map.entry("scope-guard.keycloak.api-client", "reports-api"),
                Map.entry("scope-guard.keycloak.realm-roles", true),
                Map.entry("scope-guard.keycloak.sign-in-clients", PAGE + "," + CONSENT_PAGE),
                Map.entry("scope-guard.keycloak.timeout", "30s"));
    }

    @Override
    public void close() {
        guard.close();
        server.close();
    }
}
