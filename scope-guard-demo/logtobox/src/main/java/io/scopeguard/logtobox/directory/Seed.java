package io.scopeguard.logtobox.directory;

import io.scopeguard.logtobox.directory.Application.OidcClientMetadata;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * The initial tenant of a box.
 *
 * @since 0.1
 */
public final class Seed {

    /** The resource indicator of the Management API, which is also its audience. */
    public static final String MANAGEMENT_API = "https://default.logto.app/api";

    public static final String EXAMPLE_API = "https://api.example.test";

    private static final List<String> REPORTS =
            List.of("read:report", "write:report", "delete:report", "invite:member");
    private static final List<String> DOCUMENTS = List.of("read:document", "write:document", "delete:document");

    private final Directory directory;

    private Seed(Directory directory) {
        this.directory = directory;
    }

    public static void plant(Directory directory) {
        Seed seed = new Seed(directory);
        seed.resources();
        seed.template();
        seed.globalRoles();
        seed.applications();
        seed.people();
    }

    private void resources() {
        resource("management-api", "Logto Management API", MANAGEMENT_API, List.of("all"));
        resource("example-api", "Example API", EXAMPLE_API, DOCUMENTS);
    }

    private void template() {
        REPORTS.forEach(name -> directory.organizationScopes().insert(new OrganizationScope(idOf(name), name, name)));
        organizationRole("admin", RoleType.User, REPORTS, DOCUMENTS);
        organizationRole("member", RoleType.User, List.of("read:report"), List.of("read:document"));
        organizationRole(
                "agent",
                RoleType.MachineToMachine,
                List.of("read:report", "write:report"),
                List.of("read:document", "write:document"));
    }

    private void globalRoles() {
        role("management-api-access", "Logto Management API access", RoleType.MachineToMachine, List.of("all"));
        role("auditor", "auditor", RoleType.User, List.of("read:document"));
        role("paid-tier", "paid-tier", RoleType.User, List.of("read:document"));
        role("service", "service", RoleType.MachineToMachine, List.of("read:document", "write:document"));
    }

    private void applications() {
        application(
                "demo-web",
                "Demo page",
                Application.Type.SPA,
                null,
                List.of("http://localhost:8080/", "http://127.0.0.1:8080/", "http://127.0.0.1/callback"),
                Map.of("allowTokenExchange", true));
        application(
                "demo-server",
                "Demo web application",
                Application.Type.Traditional,
                "demo-server-secret",
                List.of("http://127.0.0.1/callback", "http://127.0.0.1/login/oauth2/code/logto"),
                Map.of("allowTokenExchange", true, "alwaysIssueRefreshToken", true));
        machine("demo-m2m", "Demo Management API client", Map.of("allowTokenExchange", true));
        directory.principalRoles().add("demo-m2m", List.of("management-api-access"));
        machine("demo-shop", "Demo shop", Map.of());
        directory.principalRoles().add("demo-shop", List.of("management-api-access"));
        machine("demo-agent", "Demo agent of Acme", Map.of());
        directory.principalRoles().add("demo-agent", List.of("service"));
    }

    private void people() {
        directory.organizations().insert(Organization.named("acme", "Acme", "Acme Inc.", directory.now()));
        directory.organizations().insert(Organization.named("globex", "Globex", "Globex Inc.", directory.now()));
        Stream.of("alice", "bob", "carol").forEach(this::person);
        member("acme", "alice", "admin");
        member("acme", "bob", "member");
        member("globex", "alice", "member");
        member("globex", "carol", "admin");
        directory.organizationApplications().add("acme", List.of("demo-agent"));
        directory.setRoles("acme", "demo-agent", "agent");
    }

    private void resource(String id, String name, String indicator, List<String> scopes) {
        directory.resources().insert(new Resource(id, name, indicator, false, 3600));
        scopes.forEach(scope ->
                directory.resourceScopes().insert(new ResourceScope(idOf(scope), id, scope, scope, directory.now())));
    }

    private void organizationRole(String name, RoleType type, List<String> scopes, List<String> resourceScopes) {
        directory.organizationRoles().insert(new OrganizationRole(name, name, name, type));
        directory
                .organizationRoleScopes()
                .add(name, scopes.stream().map(Seed::idOf).toList());
        directory
                .organizationRoleResourceScopes()
                .add(name, resourceScopes.stream().map(Seed::idOf).toList());
    }

    private void role(String id, String name, RoleType type, List<String> scopes) {
        directory.roles().insert(new Role(id, name, name, type, false));
        directory.roleScopes().add(id, scopes.stream().map(Seed::idOf).toList());
    }

    private void machine(String id, String name, Map<String, Object> metadata) {
        application(id, name, Application.Type.MachineToMachine, id + "-secret", List.of(), metadata);
    }

    private void application(
            String id,
            String name,
            Application.Type type,
            @Nullable String secret,
            List<String> redirectUris,
            Map<String, Object> metadata) {
        directory
                .applications()
                .insert(new Application(
                        id,
                        name,
                        null,
                        type,
                        new OidcClientMetadata(redirectUris, redirectUris),
                        metadata,
                        null,
                        Map.of(),
                        false,
                        false,
                        directory.now(),
                        secret));
    }

    private void person(String id) {
        String name = Character.toUpperCase(id.charAt(0)) + id.substring(1);
        directory.users().insert(User.named(id, id, id + "@example.test", name, "demo", directory.now()));
    }

    private void member(String organization, String user, String role) {
        directory.addMember(organization, user);
        directory.setRoles(organization, user, role);
    }

    private static String idOf(String scopeName) {
        return scopeName.equals("all") ? "management-api-all" : scopeName.replace(':', '-');
    }
}
