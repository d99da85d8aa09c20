package io.scopeguard.attack;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import io.scopeguard.spring.support.TenantServer;
import io.scopeguard.spring.support.TestToken;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;

/**
 * The subjects of the attacks: alice, who may read reports and documents of acme, and may do nothing in globex, where bob may. All
 * attacks come from alice, or from a client without a token.
 */
final class Target {

    static final String WEBHOOK = "/scope-guard/webhooks/logto";
    static final String WEBHOOK_KEY = "webhook-signing-key";
    static final String ORGANIZATION_HEADER = "X-Organization";

    final TenantServer tenant;
    final String acme = TenantServer.newId("acme");
    final String globex = TenantServer.newId("globex");
    final String alice;
    final String bob;

    Target(TenantServer tenant) {
        this.tenant = tenant;
        alice = tenant.newUser();
        bob = tenant.newUser();
        tenant.join(acme, alice, "read:report", "read:document");
        tenant.join(globex, bob, "read:report", "read:document", "delete:report");
        tenant.grant(bob, "read:document");
    }

    /** Alice's token for acme, with all her scopes. */
    TestToken token() {
        return tenant.organizationToken(acme, alice, "read:report");
    }

    TestToken documentToken() {
        return tenant.organizationResourceToken(acme, alice, "read:document");
    }

    /** A header like that of the issued tokens, with further members before those that count. */
    String header(String... members) {
        List<String> all = new ArrayList<>(List.of(members));
        all.add("\"alg\":\"ES384\"");
        all.add("\"typ\":\"at+jwt\"");
        all.add("\"kid\":\"key-1\"");
        return "{" + String.join(",", all) + "}";
    }

    /** The claims of {@link #token()} as JSON. */
    String claims() {
        String payload = token().signed().split("\\.")[1];
        return new String(Base64.getUrlDecoder().decode(payload), ISO_8859_1);
    }

    /** The claims, with this text put after the opening brace. */
    String claims(String first) {
        return "{" + first + "," + claims().substring(1);
    }

    String reports() {
        return reports(acme);
    }

    static String reports(String organization) {
        return "/organizations/" + organization + "/reports";
    }

    static String get(String path, String... headers) {
        return request("GET", path, "", headers);
    }

    /** A GET of acme's reports with this token. */
    String getReports(String token) {
        return get(reports(), bearer(token));
    }

    static String bearer(String token) {
        return "Authorization: Bearer " + token;
    }

    static String request(String method, String path, String body, String... headers) {
        StringBuilder request = new StringBuilder(method)
                .append(' ')
                .append(path)
                .append(" HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n");
        for (String header : headers) {
            request.append(header).append("\r\n");
        }
        if (!body.isEmpty()) {
            request.append("Content-Length: ").append(body.length()).append("\r\n");
        }
        return request.append("\r\n").append(body).toString();
    }
}
