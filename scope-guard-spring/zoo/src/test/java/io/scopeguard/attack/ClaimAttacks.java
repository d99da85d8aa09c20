package io.scopeguard.attack;

import static io.scopeguard.attack.Attacks.GRANTED;
import static io.scopeguard.attack.Attacks.INSUFFICIENT;
import static io.scopeguard.attack.Attacks.INVALID_TOKEN;
import static io.scopeguard.attack.Attacks.MISMATCH;
import static io.scopeguard.attack.Attacks.WRONG_KIND;
import static java.nio.charset.StandardCharsets.UTF_8;

import io.scopeguard.spring.support.TenantServer;
import io.scopeguard.spring.support.TestToken;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** Attacks by the claims of a token. All tokens are signed with the issuer's own key. */
final class ClaimAttacks {

    private final Target target;
    private final TenantServer tenant;
    private final String issuer;

    private ClaimAttacks(Target target) {
        this.target = target;
        this.tenant = target.tenant;
        this.issuer = tenant.endpoint() + "/oidc";
    }

    static void addTo(List<Attack> all, Target target) {
        ClaimAttacks claims = new ClaimAttacks(target);
        claims.payloads(Attacks.in("payload", all));
        claims.required(Attacks.in("required claim", all));
        claims.times(Attacks.in("time", all));
        claims.issuers(Attacks.in("issuer", all));
        claims.audiences(Attacks.in("audience", all));
        claims.organizations(Attacks.in("organization claim", all));
        claims.kinds(Attacks.in("kind of token", all));
        claims.scopes(Attacks.in("scope", all));
        claims.subjects(Attacks.in("subject", all));
        claims.bindings(Attacks.in("binding", all));
    }

    private void payloads(Attacks attacks) {
        for (String json : List.of("null", "[]", "\"\"", "1", "{}", "{", "", " ", "{}{}", "NaN")) {
            attacks.add("is " + json, signed(json), INVALID_TOKEN);
        }
        attacks.add("behind a byte order mark", signed("\ufeff" + target.claims()), INVALID_TOKEN);
        attacks.add(
                "not UTF-8",
                target.getReports(Forge.sign(
                        Forge.base64(target.header()) + "." + Forge.base64OfBytes(target.claims("\"x\":\"\u00ff\"")),
                        tenant.key())),
                INVALID_TOKEN);
        attacks.add("with trailing text", signed(target.claims() + "x"), INVALID_TOKEN);
        attacks.add("with a comment", signed("/**/" + target.claims()), INVALID_TOKEN);
        attacks.add(
                "nested 1,500 levels deep",
                signed(target.claims("\"x\":" + "[".repeat(1500) + "]".repeat(1500))),
                INVALID_TOKEN);
        attacks.add("never closed, 2,000 levels", signed("{\"a\":".repeat(400)), INVALID_TOKEN);
        attacks.add(
                "a member named like Java's prototype",
                signed(target.claims("\"__proto__\":{\"a\":1},\"@type\":\"java.net.URL\"")),
                GRANTED);
        List<String> reversed = new ArrayList<>(
                List.of(target.claims().replaceAll("^\\{|}$", "").split(",")));
        Collections.reverse(reversed);
        attacks.add("in reverse order, which means the same", signed("{" + String.join(",", reversed) + "}"), GRANTED);
        for (String claim : List.of("sub", "aud", "scope", "exp", "client_id", "iss", "jti")) {
            attacks.add(claim + " twice", signed(target.claims("\"" + claim + "\":\"other\"")), INVALID_TOKEN);
            attacks.add(
                    claim + " twice, once escaped",
                    signed(target.claims(
                            "\"\\u00" + Integer.toHexString(claim.charAt(0)) + claim.substring(1) + "\":\"other\"")),
                    INVALID_TOKEN);
        }
    }

    private void required(Attacks attacks) {
        for (String claim : List.of("iss", "exp", "aud", "sub", "client_id", "iat", "jti")) {
            attacks.add("no " + claim, with(claim, null), INVALID_TOKEN);
            for (String json : List.of("null", "true", "{}", "[]", "[null]", "\"\"")) {
                attacks.add(claim + " is " + json, raw(claim, json), INVALID_TOKEN);
            }
        }
    }

    private void times(Attacks attacks) {
        long now = (Long) target.token().claims().get("iat");
        attacks.add("expired 61 s ago", timed(now - 3600, now - 61), INVALID_TOKEN);
        attacks.add("expired 59 s ago, within the clock skew", timed(now - 3600, now - 59), GRANTED);
        attacks.add("issued in 61 s", timed(now + 61, now + 3600), INVALID_TOKEN);
        attacks.add("expires when it is issued", timed(now, now), INVALID_TOKEN);
        attacks.add("expires before it is issued", timed(now, now - 1), INVALID_TOKEN);
        attacks.add("not valid before 61 s", with("nbf", now + 61), INVALID_TOKEN);
        attacks.add("not valid before the end of time", raw("nbf", "9223372036854775807"), INVALID_TOKEN);
        for (String claim : List.of("exp", "iat", "nbf")) {
            for (String json : List.of(
                    "\"" + now + "\"",
                    "\"2030-01-01T00:00:00Z\"",
                    "1e400",
                    "-1e400",
                    "99999999999999999999",
                    "9223372036854775808",
                    "[" + now + "]",
                    "{\"a\":1}",
                    "true",
                    "NaN",
                    "Infinity",
                    "0x7fffffff")) {
                attacks.add(claim + " is " + json, raw(claim, json), INVALID_TOKEN);
            }
        }
        for (String json : List.of("0", "-1", "-0", "-9223372036854775808", "1e-5", "1.5")) {
            attacks.add("exp is " + json, raw("exp", json), INVALID_TOKEN);
        }
        attacks.add("iat in milliseconds", raw("iat", now + "000"), INVALID_TOKEN);
    }

    private void issuers(Attacks attacks) {
        for (String other : List.of(
                issuer + "/",
                issuer.toUpperCase(Locale.ROOT),
                issuer.replace("http:", "https:"),
                issuer.replace("/oidc", ""),
                issuer.replace("127.0.0.1", "localhost"),
                issuer + "?",
                issuer + "#",
                " " + issuer,
                issuer + "\u0000",
                issuer.replace("/oidc", "//oidc"),
                issuer.replace("/oidc", "/%6fidc"),
                issuer + ".evil.example",
                "https://evil.example/oidc",
                issuer.replace("127", "\uff11\uff12\uff17"),
                "https://evil.example/?" + issuer)) {
            attacks.add(other.replace(tenant.endpoint(), "{tenant}"), with("iss", other), INVALID_TOKEN);
        }
        attacks.add("an array with the right one", with("iss", List.of(issuer)), INVALID_TOKEN);
    }

    private void audiences(Attacks attacks) {
        String organization = "urn:logto:organization:";
        attacks.add("an array of the right one", with("aud", List.of(organization + target.acme)), GRANTED);
        for (Object aud : List.of(
                List.of(organization + target.acme, organization + target.globex),
                List.of(organization + target.globex, organization + target.acme),
                List.of(organization + target.acme, TenantServer.RESOURCE),
                List.of(TenantServer.RESOURCE, "https://other.example"),
                List.of(List.of(organization + target.acme)),
                Arrays.asList(organization + target.acme, null),
                List.of(1, organization + target.acme))) {
            attacks.add(name(aud), with("aud", aud), INVALID_TOKEN);
        }
        for (String aud : List.of(
                organization,
                organization.toUpperCase(Locale.ROOT) + target.acme,
                "URN:logto:organization:" + target.acme,
                " " + organization + target.acme,
                "urn:logto:resource:organizations",
                "urn:logto:organizations:" + target.acme,
                "web-app",
                "*",
                "https://default.logto.app/api",
                TenantServer.RESOURCE + "/",
                TenantServer.RESOURCE + "?",
                TenantServer.RESOURCE + "#x",
                TenantServer.RESOURCE.toUpperCase(Locale.ROOT),
                TenantServer.RESOURCE + ".evil.example",
                TenantServer.RESOURCE.replace("https:", "http:"),
                TenantServer.RESOURCE + ":443",
                "https://api.example.test\u0000")) {
            attacks.add(name(aud), with("aud", aud), INVALID_TOKEN);
        }
    }

    private void organizations(Attacks attacks) {
        String reports = Target.reports(target.globex);
        attacks.add("globex beside acme's audience", with("organization_id", target.globex), INVALID_TOKEN);
        attacks.add(
                "globex beside acme's audience, on globex",
                get(reports, target.token().with("organization_id", target.globex)),
                INVALID_TOKEN);
        attacks.add("acme beside acme's audience", with("organization_id", target.acme), GRANTED);
        for (Object value : List.of(List.of(target.acme, target.globex), Map.of("id", target.acme), 1, true, "")) {
            attacks.add(
                    "is " + name(value) + " in a resource token",
                    get(documents(target.acme), target.documentToken().with("organization_id", value)),
                    INVALID_TOKEN);
        }
        String id = target.acme;
        for (String other : List.of(
                id + "\u0000",
                " " + id,
                id + " ",
                id.toUpperCase(Locale.ROOT),
                id + "/",
                "./" + id,
                "%61" + id.substring(1),
                "\uff41" + id.substring(1))) {
            attacks.add(
                    "'" + other.replace(id, "acme") + "' in a resource token",
                    get(documents(id), target.documentToken().with("organization_id", other)),
                    MISMATCH + " | " + INVALID_TOKEN);
            attacks.add(
                    "'" + other.replace(id, "acme") + "' in the audience",
                    get(target.reports(), target.token().with("aud", "urn:logto:organization:" + other)),
                    MISMATCH + " | " + INVALID_TOKEN);
        }
        attacks.add(
                "twice in a resource token",
                rawGet(documents(id), target.documentToken(), "\"organization_id\":\"" + target.globex + "\","),
                INVALID_TOKEN);
        attacks.add(
                "organizations, as ID tokens have it",
                get(reports, target.token().with("organizations", List.of(target.globex))),
                MISMATCH);
        attacks.add("org_id, as others call it", get(reports, target.token().with("org_id", target.globex)), MISMATCH);
    }

    private void kinds(Attacks attacks) {
        TestToken token = target.token();
        attacks.add("acme's reports for globex", get(Target.reports(target.globex), token), MISMATCH);
        attacks.add("acme's documents for globex", get(documents(target.globex), target.documentToken()), MISMATCH);
        attacks.add("organization token for documents", get(documents(target.acme), token), WRONG_KIND);
        attacks.add(
                "document token for reports",
                get(target.reports(), target.documentToken().with("scope", "read:report")),
                WRONG_KIND);
        attacks.add(
                "organization's document token for global documents",
                get("/documents", target.documentToken()),
                WRONG_KIND + " | " + MISMATCH);
        attacks.add(
                "global document token for acme's documents",
                get(documents(target.acme), tenant.resourceToken(target.alice, "read:document")),
                MISMATCH);
        attacks.add(
                "global document token for acme's reports",
                get(target.reports(), tenant.resourceToken(target.alice, "read:report")),
                MISMATCH);
        attacks.add(
                "scopes that leaked from an organization",
                get("/documents", tenant.resourceToken(target.alice, "read:document")),
                INSUFFICIENT);
        attacks.add(
                "global documents of whoever may read them",
                get("/documents", tenant.resourceToken(target.bob, "read:document")),
                GRANTED);
        attacks.add(
                "ID token",
                get(
                        target.reports(),
                        token.withType(null)
                                .with("aud", "web-app")
                                .with("client_id", null)
                                .with("nonce", "n")),
                INVALID_TOKEN);
        attacks.add("ID token of the type of an access token", with("nonce", "n"), INVALID_TOKEN);
        attacks.add("at_hash", with("at_hash", "x"), INVALID_TOKEN);
        attacks.add(
                "Management API token",
                get(
                        target.reports(),
                        token.with("aud", "https://default.logto.app/api").with("scope", "all")),
                INVALID_TOKEN);
        attacks.add(
                "client assertion",
                get(target.reports(), token.with("aud", issuer + "/token").with("iss", "web-app")),
                INVALID_TOKEN);
        attacks.add(
                "logout token",
                get(target.reports(), token.withType("logout+jwt").with("events", Map.of())),
                INVALID_TOKEN);
        attacks.add(
                "refresh token", get(target.reports(), "9V6zN5yq_Nq0oAHsDwJ8e5pbcZ1Xk3v5mGm4pDlyVxA"), INVALID_TOKEN);
        attacks.add(
                "another user's token for the user's own organization",
                get(Target.reports(target.globex), tenant.organizationToken(target.globex, target.bob, "read:report")),
                GRANTED);
    }

    private void scopes(Attacks attacks) {
        for (String scope : List.of(
                "",
                "read",
                "report",
                "read:",
                "read:repor",
                "read:reports",
                "xread:report",
                "READ:REPORT",
                "Read:Report",
                "*",
                "read:*",
                "**",
                "all",
                "admin",
                "read:report,x",
                "read:report;x",
                "read:report\tx",
                "read:report\nx",
                "read:report\u00a0x",
                "read:report\u0000",
                "\"read:report\"",
                "read%3Areport",
                "read\uff1areport",
                "re\u0430d:report",
                "read.report",
                "SCOPE_read:report",
                "read:report:x",
                "delete:report write:report",
                "openid profile",
                "urn:logto:scope:organizations")) {
            attacks.add(
                    "'" + scope.replace("\n", "\\n").replace("\t", "\\t") + "'", with("scope", scope), INSUFFICIENT);
        }
        attacks.add("none", with("scope", null), INSUFFICIENT);
        attacks.add("among others", with("scope", "openid  read:report x"), GRANTED);
        attacks.add("an array", with("scope", List.of("read:report")), GRANTED);
        attacks.add("scp", raw("scope", "null,\"scp\":[\"read:report\"]"), GRANTED);
        attacks.add("an array of others", with("scope", List.of("read:report x", "read")), INSUFFICIENT);
        for (Object value :
                List.of(1, true, Map.of("read:report", true), List.of(1), List.of(List.of("read:report")))) {
            attacks.add("is " + name(value), with("scope", value), INVALID_TOKEN);
        }
        attacks.add("scp beside an empty scope", with("scope", "", "scp", List.of("read:report")), INSUFFICIENT);
        attacks.add(
                "permissions, roles, authorities",
                with(
                        "scope",
                        "",
                        "permissions",
                        List.of("read:report"),
                        "roles",
                        List.of("admin"),
                        "authorities",
                        List.of("SCOPE_read:report")),
                INSUFFICIENT);
        attacks.add(
                "in the token, and not granted",
                delete(tenant.organizationToken(target.acme, target.alice, "read:report", "delete:report")),
                INSUFFICIENT);
        attacks.add(
                "granted in another organization",
                delete(tenant.organizationToken(target.acme, target.alice, "delete:report")),
                INSUFFICIENT);
        attacks.add(
                "of a resource, with the same name",
                get(target.reports(), target.documentToken().with("scope", "read:report")),
                WRONG_KIND);
        attacks.add("1,000 of them", with("scope", "a ".repeat(1000) + "b"), INSUFFICIENT);
    }

    private void subjects(Attacks attacks) {
        for (String sub : List.of(
                "..",
                ".",
                "../users",
                "a/b",
                "a?b=c",
                "a#b",
                "%2e%2e",
                "\u0000",
                "\r\nX: 1",
                "*",
                " ",
                "a".repeat(3000))) {
            attacks.add(
                    "'" + sub.substring(0, Math.min(20, sub.length())).replaceAll("\\p{Cntrl}", "_") + "'",
                    with("sub", sub),
                    "403 insufficient_scope not-a-member | " + INVALID_TOKEN);
        }
        attacks.add("nobody known", with("sub", "nobody"), "403 insufficient_scope not-a-member | " + INVALID_TOKEN);
        attacks.add("bob in acme", with("sub", target.bob), "403 insufficient_scope not-a-member");
        attacks.add("act without sub", with("act", Map.of()), INVALID_TOKEN);
        attacks.add("act is a string", with("act", "admin"), INVALID_TOKEN);
        attacks.add("act, which only names who acts", with("act", Map.of("sub", "support")), GRANTED);
    }

    private void bindings(Attacks attacks) {
        attacks.add("jkt, sent as a plain bearer token", with("cnf", Map.of("jkt", "x")), INVALID_TOKEN);
        attacks.add("x5t#S256", with("cnf", Map.of("x5t#S256", "x")), INVALID_TOKEN);
        attacks.add("both", with("cnf", Map.of("jkt", "x", "x5t#S256", "x")), INVALID_TOKEN);
        attacks.add("an unknown member", with("cnf", Map.of("x", "x")), INVALID_TOKEN);
        for (Object value : List.of("x", 1, true, List.of(), Map.of(), Map.of("jkt", 1))) {
            attacks.add("cnf is " + name(value), with("cnf", value), INVALID_TOKEN);
        }
        attacks.add(
                "jkt, with the scheme DPoP and no proof",
                Target.get(
                        target.reports(),
                        "Authorization: DPoP "
                                + target.token().with("cnf", Map.of("jkt", "x")).signed()),
                Attacks.MISSING_TOKEN + " | " + INVALID_TOKEN);
    }

    // Requests

    private String with(Object... claims) {
        TestToken token = target.token();
        Map<String, Object> changed = new LinkedHashMap<>(token.claims());
        for (int i = 0; i < claims.length; i += 2) {
            if (claims[i + 1] == null) {
                changed.remove(claims[i]);
            } else {
                changed.put((String) claims[i], claims[i + 1]);
            }
        }
        return get(target.reports(), new TestToken(token.key(), token.type(), changed));
    }

    /** With JSON for a claim that no library would write. */
    private String raw(String claim, String json) {
        return rawGet(target.reports(), target.token().with(claim, null), "\"" + claim + "\":" + json + ",");
    }

    private String rawGet(String path, TestToken token, String first) {
        String claims = new String(Base64.getUrlDecoder().decode(token.signed().split("\\.")[1]), UTF_8);
        return get(path, Forge.sign(target.header(), "{" + first + claims.substring(1), tenant.key()));
    }

    private String signed(String payload) {
        return target.getReports(Forge.sign(target.header(), payload, tenant.key()));
    }

    private String timed(long iat, long exp) {
        return with("iat", iat, "exp", exp);
    }

    private String delete(TestToken token) {
        return Target.request("DELETE", target.reports() + "/1", "", Target.bearer(token.signed()));
    }

    private static String documents(String organization) {
        return "/organizations/" + organization + "/documents";
    }

    private static String get(String path, TestToken token) {
        return get(path, token.signed());
    }

    private static String get(String path, String token) {
        return Target.get(path, Target.bearer(token));
    }

    private String name(Object value) {
        return String.valueOf(value)
                .replace(target.acme, "acme")
                .replace(target.globex, "globex")
                .replaceAll("\\p{Cntrl}", "_");
    }
}
