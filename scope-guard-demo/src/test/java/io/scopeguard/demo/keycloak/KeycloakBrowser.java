package io.scopeguard.demo.keycloak;

import io.scopeguard.logtobox.Answer;
import java.net.URI;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/** A browser with a person: submits the forms of Keycloak's sign-in and consent pages, and redeems the code. */
public final class KeycloakBrowser {

    public static final String REDIRECT_URI = "http://127.0.0.1:39091/callback";

    private static final String VERIFIER = "a-verifier-of-forty-three-characters-or-more-0";
    private static final String CHALLENGE = "plain";
    private static final Pattern FORM =
            Pattern.compile("<form[^>]*action=\"([^\"]*)\"[^>]*>(.*?)</form>", Pattern.DOTALL);
    private static final Pattern INPUT = Pattern.compile("<input[^>]*>");
    private static final Pattern NAME = Pattern.compile("name=\"([^\"]*)\"");
    private static final Pattern VALUE = Pattern.compile("value=\"([^\"]*)\"");

    private final URI issuer;
    private final KeycloakHttp http;
    private final String user;
    private int consents;

    /**
     * @param user name and password
     */
    public KeycloakBrowser(URI issuer, String user) {
        this.issuer = issuer;
        this.http = new KeycloakHttp(issuer);
        this.user = user;
    }

    /** The number of consent pages that were shown. */
    public int consents() {
        return consents;
    }

    /** The whole sign-in, up to the token response. With a session, no page may appear. */
    public Answer signIn(String client, String scope) {
        Map<String, String> query = new LinkedHashMap<>();
        query.put("client_id", client);
        query.put("redirect_uri", REDIRECT_URI);
        query.put("response_type", "code");
        query.put("scope", scope);
        query.put("code_challenge", VERIFIER);
        query.put("code_challenge_method", CHALLENGE);
        Answer answer = http.send("GET", endpoint("auth") + "?" + KeycloakHttp.encode(query), null);
        for (int page = 0; page < 10; page++) {
            String location = answer.header("location");
            if (location.startsWith(REDIRECT_URI)) {
                return redeem(client, query(URI.create(location)));
            }
            answer = location.isEmpty() ? submit(answer) : http.send("GET", location, null);
        }
        throw new IllegalStateException("the sign-in of " + client + " does not end: " + answer.status());
    }

    private Answer redeem(String client, Map<String, String> callback) {
        String code = callback.get("code");
        if (code == null) {
            throw new IllegalStateException("the sign-in of " + client + " failed: " + callback);
        }
        return http.form(
                endpoint("token"),
                Map.of(
                        "grant_type", "authorization_code",
                        "client_id", client,
                        "code", code,
                        "redirect_uri", REDIRECT_URI,
                        "code_verifier", VERIFIER));
    }

    /** Uses a refresh token. */
    public Answer refresh(String client, String refreshToken) {
        return http.form(
                endpoint("token"),
                Map.of("grant_type", "refresh_token", "client_id", client, "refresh_token", refreshToken));
    }

    /** A token of a service account. */
    public static Answer clientCredentials(URI issuer, String client, String secret, String scope) {
        return new KeycloakHttp(issuer)
                .form(
                        issuer.getPath() + "/protocol/openid-connect/token",
                        Map.of(
                                "grant_type", "client_credentials",
                                "client_id", client,
                                "client_secret", secret,
                                "scope", scope));
    }

    private Answer submit(Answer page) {
        Matcher form = FORM.matcher(page.text());
        if (!form.find()) {
            throw new IllegalStateException("a page without a form: " + page.status());
        }
        Map<String, String> fields = new LinkedHashMap<>();
        Matcher input = INPUT.matcher(form.group(2));
        while (input.find()) {
            Matcher name = NAME.matcher(input.group());
            Matcher value = VALUE.matcher(input.group());
            if (name.find()) {
                fields.put(name.group(1), value.find() ? unescape(value.group(1)) : "");
            }
        }
        if (fields.containsKey("accept")) {
            consents++;
            fields.remove("cancel");
        } else {
            fields.put("username", user);
            fields.put("password", user);
            fields.remove("rememberMe");
        }
        return http.form(unescape(form.group(1)), fields);
    }

    private String endpoint(String name) {
        return issuer.getPath() + "/protocol/openid-connect/" + name;
    }

    private static String unescape(String html) {
        return html.replace("&amp;", "&");
    }

    private static Map<String, String> query(URI uri) {
        return Arrays.stream(uri.getRawQuery().split("&"))
                .map(pair -> pair.split("=", 2))
                .collect(Collectors.toMap(
                        pair -> pair[0], pair -> URLDecoder.decode(pair[1], StandardCharsets.UTF_8), (a, b) -> a));
    }
}
