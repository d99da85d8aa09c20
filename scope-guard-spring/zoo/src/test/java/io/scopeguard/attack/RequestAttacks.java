package io.scopeguard.attack;

import static io.scopeguard.attack.Attacks.GRANTED;
import static io.scopeguard.attack.Attacks.INVALID_REQUEST;
import static io.scopeguard.attack.Attacks.INVALID_TOKEN;
import static io.scopeguard.attack.Attacks.MALFORMED_REQUEST;
import static io.scopeguard.attack.Attacks.MISMATCH;
import static io.scopeguard.attack.Attacks.MISSING_TOKEN;
import static java.nio.charset.StandardCharsets.UTF_8;

import java.security.GeneralSecurityException;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/** Attacks by the request around a genuine token: credentials, paths, headers, methods, origins. */
final class RequestAttacks {

    private static final String NOT_FOUND = "404 - -";
    private static final String NOT_ALLOWED = "405 - -";

    private final Target target;
    private final String token;
    private final String bearer;
    private final String reports;

    private RequestAttacks(Target target) {
        this.target = target;
        this.token = target.token().signed();
        this.bearer = Target.bearer(token);
        this.reports = target.reports();
    }

    static void addTo(List<Attack> all, Target target) {
        RequestAttacks requests = new RequestAttacks(target);
        requests.credentials(Attacks.in("credentials", all));
        requests.places(Attacks.in("place of the token", all));
        requests.paths(Attacks.in("path", all));
        requests.headers(Attacks.in("organization header", all));
        requests.methods(Attacks.in("method", all));
        requests.injections(Attacks.in("injection", all));
        requests.origins(Attacks.in("origin", all));
        requests.webhooks(Attacks.in("webhook", all));
    }

    private void credentials(Attacks attacks) {
        attacks.add("none", Target.get(reports), MISSING_TOKEN);
        attacks.add(
                "scheme in other letters, which is right",
                Target.get(reports, "aUTHORIZATION: bEARER   " + token),
                GRANTED);
        for (String header : List.of(
                "Authorization:",
                "Authorization: ",
                "Authorization: " + token,
                "Authorization: Token " + token,
                "Authorization: Bearer" + token,
                "Authorization: Bearer:" + token,
                "Authorization: Basic eDp5",
                "Authorization: B\u00e9arer " + token,
                "Authorization: Negotiate abc",
                "Authorization: Bearertoken x")) {
            attacks.add(shown(header), Target.get(reports, header), MISSING_TOKEN);
        }
        for (String header : List.of(
                "Authorization: Bearer",
                "Authorization: Bearer ",
                "Authorization: Bearer Bearer " + token,
                "Authorization: Bearer " + token + " x",
                "Authorization: Bearer " + token + ",Bearer " + token,
                "Authorization: Bearer " + token + ", Basic eDp5",
                "Authorization: Basic eDp5, Bearer " + token,
                "Authorization: Bearer ,",
                "Authorization: Bearer realm=\"x\", " + token)) {
            attacks.add(shown(header), Target.get(reports, header), INVALID_REQUEST);
        }
        attacks.add("two headers with the same token", Target.get(reports, bearer, bearer), INVALID_REQUEST);
        attacks.add(
                "two headers, the good one last",
                Target.get(reports, "Authorization: Bearer x", bearer),
                INVALID_REQUEST);
        attacks.add("Basic beside it", Target.get(reports, "Authorization: Basic eDp5", bearer), INVALID_REQUEST);
        attacks.add(
                "a folded header, which is one header",
                Target.get(reports, "Authorization: Bearer\r\n " + token),
                MALFORMED_REQUEST + " | " + GRANTED);
        attacks.add(
                "a space before the colon",
                Target.get(reports, "Authorization : Bearer " + token),
                MALFORMED_REQUEST + " | " + MISSING_TOKEN);
        attacks.add("a zero byte in the header", Target.get(reports, bearer + "\u0000"), MALFORMED_REQUEST);
        attacks.add("a tab behind the scheme", Target.get(reports, "Authorization: Bearer\t" + token), INVALID_REQUEST);
        attacks.add(
                "a stale token on an open handler",
                Target.get(
                        "/public",
                        Target.bearer(
                                target.token().with("exp", 1).with("iat", 0).signed())),
                INVALID_TOKEN);
        attacks.add("none on an open handler", Target.get("/public"), GRANTED);
    }

    private void places(Attacks attacks) {
        for (String query : List.of(
                "access_token=" + token,
                "a=b&access_token=" + token,
                "access%5Ftoken=" + token,
                "%61ccess_token=" + token,
                "access_token",
                "access_token=",
                "a=%zz&access_token=x")) {
            attacks.add(
                    "query " + shown(query),
                    Target.get(reports + "?" + query),
                    INVALID_REQUEST + " | " + MALFORMED_REQUEST);
            attacks.add(
                    "header and query " + shown(query),
                    Target.get(reports + "?" + query, bearer),
                    INVALID_REQUEST + " | " + MALFORMED_REQUEST);
        }
        attacks.add("on an open handler's query", Target.get("/public?access_token=" + token), INVALID_REQUEST);
        attacks.add("another parameter", Target.get(reports + "?token=" + token), MISSING_TOKEN);
        attacks.add("a parameter in other letters", Target.get(reports + "?ACCESS_TOKEN=" + token), MISSING_TOKEN);
        for (String header : List.of(
                "X-Access-Token: ",
                "X-Authorization: Bearer ",
                "Proxy-Authorization: Bearer ",
                "X-Forwarded-Authorization: Bearer ",
                "Cookie: access_token=",
                "X-Auth-Token: ")) {
            attacks.add(header.strip(), Target.get(reports, header + token), MISSING_TOKEN);
        }
        attacks.add(
                "form",
                Target.request(
                        "POST", "/me", "access_token=" + token, "Content-Type: application/x-www-form-urlencoded"),
                MISSING_TOKEN);
        attacks.add(
                "form in UTF-16",
                Target.request(
                        "POST",
                        "/me",
                        "access_token=" + token,
                        "Content-Type: application/x-www-form-urlencoded;charset=UTF-16"),
                MISSING_TOKEN);
        attacks.add(
                "JSON",
                Target.request("POST", "/me", "{\"access_token\":\"" + token + "\"}", "Content-Type: application/json"),
                MISSING_TOKEN);
        attacks.add(
                "user info of the address",
                "GET http://x:" + token.substring(0, 30) + "@localhost" + reports
                        + " HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n",
                MALFORMED_REQUEST + " | " + MISSING_TOKEN);
        attacks.add("fragment", Target.get(reports + "#access_token=" + token), MALFORMED_REQUEST);
    }

    private void paths(Attacks attacks) {
        String acme = target.acme;
        String globex = target.globex;
        attacks.add(
                "the organization percent-encoded, which is the same",
                get("/organizations/%61" + acme.substring(1) + "/reports"),
                GRANTED);
        for (String id : List.of(
                globex,
                globex.toUpperCase(Locale.ROOT),
                acme.toUpperCase(Locale.ROOT),
                "*",
                "null",
                "undefined",
                acme + ".",
                acme + "*",
                acme + "%20",
                "%20" + acme,
                acme + "%C3%A9",
                "%EF%BD%81" + acme.substring(1),
                acme + "%CC%81",
                acme + "%E2%80%8B",
                acme + "," + globex,
                acme + "%7C" + globex,
                "-",
                "0",
                acme + acme)) {
            attacks.add("of another organization: " + shown(id), get("/organizations/" + id + "/reports"), MISMATCH);
        }
        for (String id : List.of(
                acme + "%2F..%2F" + globex,
                globex + "%2F..%2F" + acme,
                acme + "%2f",
                acme + ";x=" + globex,
                globex + ";x=" + acme,
                acme + "%3Bx",
                acme + "%00",
                acme + "%0A",
                acme + "%0d%0aX-Injected:%201",
                "%25" + acme,
                "%2561" + acme.substring(1),
                acme + "%5C",
                acme + "%5c..%5c" + globex,
                acme + "\\..\\" + globex,
                acme + "%",
                acme + "%zz",
                acme + "%u0061",
                "%2e",
                "%2e%2e",
                "%2e%2e%2forganizations%2f" + acme,
                acme + "//",
                "\u00e9",
                acme + "%7f",
                acme + "\u007f")) {
            attacks.add(
                    "malformed: " + shown(id),
                    get("/organizations/" + id + "/reports"),
                    MALFORMED_REQUEST + " | " + MISMATCH);
        }
        for (String path : List.of(
                "/organizations/" + acme + "/../" + globex + "/reports",
                "/organizations/" + globex + "/../" + acme + "/../" + globex + "/reports",
                "/organizations/" + acme + "/./../" + globex + "/reports",
                "/organizations/" + acme + "/%2e%2e/" + globex + "/reports",
                "/organizations//" + globex + "/reports",
                "//organizations/" + globex + "/reports",
                "/public/../organizations/" + globex + "/reports",
                "/public/%2e%2e/organizations/" + globex + "/reports",
                "/public;/../organizations/" + globex + "/reports",
                "/public/..;/organizations/" + globex + "/reports",
                "/.well-known/../organizations/" + globex + "/reports",
                "/organizations/" + globex + "/reports;.css",
                "/organizations/" + globex + "/reports/",
                "/organizations/" + globex + "/reports%2f",
                "/organizations/" + globex + "/reports.json",
                "/organizations/" + globex + "/%72eports")) {
            attacks.add(
                    "by a detour: " + shown(path), get(path), MISMATCH + " | " + MALFORMED_REQUEST + " | " + NOT_FOUND);
            attacks.add(
                    "by a detour, without a token: " + shown(path),
                    Target.get(path),
                    MISSING_TOKEN + " | " + MALFORMED_REQUEST);
        }
        attacks.add("no organization", get("/organizations//reports"), MALFORMED_REQUEST + " | " + NOT_FOUND);
        attacks.add(
                "in absolute form with another host",
                "GET http://evil.example" + Target.reports(globex)
                        + " HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n" + bearer + "\r\n\r\n",
                MISMATCH + " | " + MALFORMED_REQUEST);
        attacks.add(
                "5,000 characters",
                get("/organizations/" + "x".repeat(5000) + "/reports"),
                MISMATCH + " | " + MALFORMED_REQUEST);
        attacks.add(
                "X-Original-URL",
                Target.get(Target.reports(globex), bearer, "X-Original-URL: " + reports, "X-Rewrite-URL: " + reports),
                MISMATCH);
        attacks.add(
                "X-Forwarded-Prefix",
                Target.get(Target.reports(globex), bearer, "X-Forwarded-Prefix: /organizations/" + acme),
                MISMATCH);
        attacks.add(
                "the organization as a parameter", get(Target.reports(globex) + "?organizationId=" + acme), MISMATCH);
        attacks.add("not there", get("/nowhere"), NOT_FOUND);
        attacks.add("not there, without a token", Target.get("/nowhere"), MISSING_TOKEN);
        attacks.add("error page", Target.get("/error"), MISSING_TOKEN);
    }

    /** The API is started with a header that names the organization: it must agree with the path. */
    private void headers(Attacks attacks) {
        attacks.add("agrees with the path", named(reports, target.acme), GRANTED);
        attacks.add("disagrees with the path", named(reports, target.globex), MISMATCH);
        attacks.add("right, and the path is of another", named(Target.reports(target.globex), target.acme), MISMATCH);
        attacks.add("none, for a handler that requires nothing", get("/me"), GRANTED);
        attacks.add("right where the path names none", named("/me", target.acme), GRANTED);
        for (String value : List.of(
                target.globex,
                "",
                " ",
                target.acme + "," + target.acme,
                target.acme + ", " + target.globex,
                "*",
                "..",
                "\u00e9",
                target.acme.toUpperCase(Locale.ROOT),
                "\"" + target.acme + "\"",
                target.acme + ";a=b",
                "%61" + target.acme.substring(1),
                "x".repeat(4000))) {
            attacks.add("'" + shown(value) + "'", named("/me", value), MISMATCH + " | " + MALFORMED_REQUEST);
        }
        attacks.add(
                "twice, with two organizations",
                Target.get("/me", bearer, header(target.acme), header(target.globex)),
                MISMATCH + " | " + MALFORMED_REQUEST);
        attacks.add(
                "twice, the other one first",
                Target.get("/me", bearer, header(target.globex), header(target.acme)),
                MISMATCH + " | " + MALFORMED_REQUEST);
        attacks.add(
                "twice the same",
                Target.get("/me", bearer, header(target.acme), header(target.acme)),
                MISMATCH + " | " + MALFORMED_REQUEST + " | " + GRANTED);
    }

    private void methods(Attacks attacks) {
        String one = reports + "/1";
        attacks.add("DELETE with a scope less", Target.request("DELETE", one, "", bearer), Attacks.INSUFFICIENT);
        for (String header :
                List.of("X-HTTP-Method-Override: DELETE", "X-HTTP-Method: DELETE", "X-Method-Override: DELETE")) {
            attacks.add("GET with " + header, Target.get(one, bearer, header), NOT_ALLOWED);
            attacks.add("POST with " + header, Target.request("POST", one, "", bearer, header), NOT_ALLOWED);
        }
        attacks.add(
                "POST with _method=DELETE",
                Target.request(
                        "POST", one, "_method=DELETE", bearer, "Content-Type: application/x-www-form-urlencoded"),
                NOT_ALLOWED);
        attacks.add("GET with _method=DELETE", get(one + "?_method=DELETE"), NOT_ALLOWED);
        attacks.add("HEAD without a token", Target.request("HEAD", reports, ""), "401 - -");
        attacks.add(
                "HEAD of another organization",
                Target.request("HEAD", Target.reports(target.globex), "", bearer),
                "403 insufficient_scope -");
        attacks.add("HEAD, which is granted", Target.request("HEAD", reports, "", bearer), GRANTED);
        for (String method :
                List.of("OPTIONS", "PUT", "PATCH", "POST", "PROPFIND", "SEARCH", "QUERY", "FOO", "get", "Delete")) {
            attacks.add(
                    method + " without a token",
                    Target.request(method, reports, ""),
                    MISSING_TOKEN + " | " + MALFORMED_REQUEST);
        }
        for (String method : List.of("PUT", "PATCH", "POST")) {
            attacks.add(
                    method + " where there is GET",
                    Target.request(method, Target.reports(target.globex), "", bearer),
                    NOT_ALLOWED);
        }
        attacks.add(
                "OPTIONS with a token, which only lists methods",
                Target.request("OPTIONS", reports, "", bearer),
                GRANTED);
        for (String method : List.of("TRACE", "TRACK", "CONNECT", "PROPFIND", "FOO")) {
            attacks.add(
                    method,
                    Target.request(method, reports, "", bearer),
                    NOT_ALLOWED + " | 501 - - | " + MALFORMED_REQUEST);
        }
        attacks.add("OPTIONS *, which Tomcat answers", Target.request("OPTIONS", "*", ""), GRANTED);
        attacks.add(
                "HTTP/0.9", "GET " + reports + "\r\n\r\n", "0 - missing-token | " + MALFORMED_REQUEST + " | 505 - -");
        attacks.add(
                "a second request in the body",
                Target.request("GET", "/public", "GET " + reports + " HTTP/1.1\r\n\r\n", ""),
                MALFORMED_REQUEST + " | " + GRANTED);
        attacks.add(
                "length and chunks",
                "POST /me HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\nContent-Length: 4\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
                MALFORMED_REQUEST + " | " + MISSING_TOKEN);
    }

    private void injections(Attacks attacks) {
        String line = "%0d%0aX-Injected:%201";
        attacks.add("line break in the query", Target.get(reports + "?a=" + line), MISSING_TOKEN);
        attacks.add(
                "line break in the path",
                Target.get("/organizations/a" + line + "/reports"),
                MISSING_TOKEN + " | " + MALFORMED_REQUEST);
        attacks.add(
                "line break in the issuer",
                target.getReports(
                        target.token().with("iss", "x\r\nX-Injected: 1").signed()),
                INVALID_TOKEN);
        attacks.add(
                "quotes in the audience",
                target.getReports(target.token().with("aud", "\", error=\"x").signed()),
                INVALID_TOKEN);
        attacks.add("markup in the organization", Target.get("/organizations/%3Cscript%3E/reports", bearer), MISMATCH);
        attacks.add(
                "an organization of the token that ends a header",
                target.getReports(target.token()
                        .with("aud", "urn:logto:organization:x\"\r\nX-Injected: 1")
                        .signed()),
                MISMATCH + " | " + INVALID_TOKEN);
        attacks.add(
                "an organization of the token that ends a JSON string",
                target.getReports(target.token()
                        .with("aud", "urn:logto:organization:x\",\"action\":\"refresh\",\"a\":\"")
                        .signed()),
                MISMATCH + " | " + INVALID_TOKEN);
        attacks.add("Accept: text/html", Target.get(reports, "Accept: text/html"), MISSING_TOKEN);
        attacks.add("Accept of nothing", Target.get(reports, "Accept: image/png;q=0"), MISSING_TOKEN);
        attacks.add("Accept that is malformed", Target.get(reports, "Accept: %%%"), MISSING_TOKEN);
        attacks.add("Accept-Language of nowhere", Target.get(reports, "Accept-Language: ../../x"), MISSING_TOKEN);
        attacks.add(
                "X-Forwarded-For, as if it were this machine",
                Target.get(reports, "X-Forwarded-For: 127.0.0.1", "Forwarded: for=127.0.0.1"),
                MISSING_TOKEN);
        attacks.add(
                "${jndi:...} in a header",
                Target.get(reports, "User-Agent: ${jndi:ldap://127.0.0.1:9/a}"),
                MISSING_TOKEN);
    }

    private void origins(Attacks attacks) {
        attacks.add(
                "preflight without a CORS configuration",
                Target.request(
                        "OPTIONS", reports, "", "Origin: https://evil.example", "Access-Control-Request-Method: GET"),
                MISSING_TOKEN + " | 403 - - | " + GRANTED);
        attacks.add(
                "another origin, without a token", Target.get(reports, "Origin: https://evil.example"), MISSING_TOKEN);
        for (String origin : List.of("null", "%%%", "http://[", "http://a b", "://", "\u00e9", "http://a/%zz")) {
            attacks.add(
                    "origin " + shown(origin), Target.get(reports, "Origin: " + origin), MISSING_TOKEN + " | 403 - -");
        }
        attacks.add(
                "a preflight is no way around the guard",
                Target.request("OPTIONS", Target.reports(target.globex), "", bearer, "Origin: https://evil.example"),
                MISMATCH + " | " + GRANTED + " | 403 - -");
    }

    private void webhooks(Attacks attacks) {
        String body = "{\"event\":\"User.Deleted\",\"createdAt\":\"2026-11-21T08:00:00.000Z\"}";
        attacks.add("unsigned", delivery(body), "401 - -");
        attacks.add("empty signature", delivery(body, "logto-signature-sha-256: "), "401 - -");
        attacks.add("signature of another body", delivery(body, signature("x")), "401 - -");
        attacks.add("signature in capitals", delivery(body, signature(body).toUpperCase(Locale.ROOT)), "401 - -");
        attacks.add(
                "signature without its last digit",
                delivery(body, signature(body).substring(0, signature(body).length() - 1)),
                "401 - -");
        attacks.add("signature with text behind it", delivery(body, signature(body) + "00"), "401 - -");
        attacks.add("a token instead of a signature", delivery(body, bearer), "401 - -");
        attacks.add("as GET", Target.get(Target.WEBHOOK), "405 - - | " + MISSING_TOKEN + " | 401 - -");
        attacks.add("of garbage, signed", delivery("garbage", signature("garbage")), "400 - -");
        attacks.add("of JSON's null, signed", delivery("null", signature("null")), "400 - -");
        attacks.add(
                "announced larger than 1 MiB",
                "POST " + Target.WEBHOOK
                        + " HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\nContent-Length: 99999999\r\n"
                        + signature("x") + "\r\n\r\n",
                "413 - -");
        attacks.add(
                "below the webhook's path",
                Target.request("POST", Target.WEBHOOK + "/x", body, signature(body)),
                MISSING_TOKEN);
        attacks.add(
                "at the webhook's path with a parameter",
                Target.request("POST", Target.WEBHOOK + ";x", body),
                MALFORMED_REQUEST + " | 401 - - | " + MISSING_TOKEN);
    }

    private static String delivery(String body, String... headers) {
        return Target.request("POST", Target.WEBHOOK, body, headers);
    }

    private static String signature(String body) {
        try {
            Mac mac = Mac.getInstance("HmacSHA256");
            mac.init(new SecretKeySpec(Target.WEBHOOK_KEY.getBytes(UTF_8), "HmacSHA256"));
            return "logto-signature-sha-256: " + HexFormat.of().formatHex(mac.doFinal(body.getBytes(UTF_8)));
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException(e);
        }
    }

    private String get(String path) {
        return Target.get(path, bearer);
    }

    private String named(String path, String organization) {
        return Target.get(path, bearer, header(organization));
    }

    private static String header(String organization) {
        return Target.ORGANIZATION_HEADER + ": " + organization;
    }

    private String shown(String text) {
        String plain =
                text.replace(token, "{token}").replace(target.acme, "acme").replace(target.globex, "globex");
        return plain.length() > 70 ? plain.substring(0, 70) + "..." : plain;
    }
}
