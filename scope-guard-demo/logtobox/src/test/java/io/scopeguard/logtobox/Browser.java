package io.scopeguard.logtobox;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.springframework.web.util.UriComponentsBuilder;

/** A browser with a person: submits the forms of sign-in and consent, and redeems the code. */
public final class Browser {

    static final String REDIRECT_URI = "http://127.0.0.1:39090/callback";
    static final String ALL_SCOPES = "openid offline_access profile email roles urn:logto:scope:organizations"
            + " urn:logto:scope:organization_roles read:report write:report delete:report invite:member read:document"
            + " write:document delete:document";
    public static final String API = "https://api.example.test";
    public static final String ORGANIZATIONS = "urn:logto:resource:organizations";

    private static final String VERIFIER = "a-verifier-of-forty-three-characters-or-more-0";
    private static final Pattern INPUT =
            Pattern.compile("<input type=\"hidden\" name=\"([^\"]*)\" value=\"([^\"]*)\">");

    private final Http http;
    private final String username;

    public Browser(URI endpoint, String username) {
        this.http = new Http(endpoint);
        this.username = username;
    }

    /** Requests an authorization, signs in and consents if necessary, and returns the final redirect. */
    Map<String, String> authorize(TestClient client, String scope, List<String> resources, String prompt) {
        return follow(request(client, scope, resources, prompt));
    }

    Answer request(TestClient client, String scope, List<String> resources, String prompt) {
        List<String> query = new ArrayList<>(List.of(
                "client_id",
                client.id(),
                "redirect_uri",
                REDIRECT_URI,
                "response_type",
                "code",
                "scope",
                scope,
                "code_challenge",
                challenge(),
                "code_challenge_method",
                "S256",
                "state",
                "a state",
                "an_unknown_parameter",
                "does no harm"));
        if (!prompt.isEmpty()) {
            query.addAll(List.of("prompt", prompt));
        }
        resources.forEach(resource -> query.addAll(List.of("resource", resource)));
        return http.get("/oidc/auth?" + Http.encode(query));
    }

    /** The same with an active session, in which no page may appear. */
    Map<String, String> authorizeSilently(TestClient client, String scope, List<String> resources) {
        Answer answer = request(client, scope, resources, "");
        assertThat(answer.status()).isEqualTo(303);
        assertThat(answer.header("location")).startsWith(REDIRECT_URI);
        return query(answer.location());
    }

    /** Follows a client's redirects, and returns the final address. */
    public URI visit(URI uri) {
        Answer answer = http.get(uri.toString());
        while (!answer.header("location").startsWith(REDIRECT_URI)) {
            answer = step(answer);
        }
        return answer.location();
    }

    /** Signs in without consent. */
    public Map<String, String> deny(TestClient client, String scope, List<String> resources) {
        Answer answer = request(client, scope, resources, "consent");
        while (!answer.text().contains("class=\"quiet\"")) {
            answer = step(answer);
        }
        return query(http.form("/oidc/auth", hidden(answer.text().split("</form>")[1]))
                .location());
    }

    /** Fills in the sign-in form. */
    Answer attempt(String password) {
        List<String> form = hidden(http.get("/sign-in").text());
        form.addAll(List.of("username", username, "password", password));
        return http.form("/sign-in", form);
    }

    boolean isAskedToSignIn(TestClient client) {
        return request(client, "openid", List.of(), "").header("location").startsWith("/sign-in");
    }

    /** The whole sign-in, up to the token response. */
    public Answer signIn(TestClient client, String scope, List<String> resources, String prompt) {
        Map<String, String> callback = authorize(client, scope, resources, prompt);
        assertThat(callback).containsEntry("state", "a state").containsKeys("code", "iss");
        return redeem(client, callback.get("code"));
    }

    Answer redeem(TestClient client, String code) {
        return client.token(
                http,
                "grant_type",
                "authorization_code",
                "code",
                code,
                "redirect_uri",
                REDIRECT_URI,
                "code_verifier",
                VERIFIER);
    }

    private Map<String, String> follow(Answer first) {
        Answer answer = first;
        for (int hop = 0; hop < 10; hop++) {
            if (answer.header("location").startsWith(REDIRECT_URI)) {
                return query(answer.location());
            }
            answer = step(answer);
        }
        throw new AssertionError("no end of redirects");
    }

    private Answer step(Answer answer) {
        if (answer.status() == 200) {
            return answer.text().contains("id=\"password\"") ? enterPassword(answer) : allow(answer);
        }
        assertThat(answer.status()).as(answer.text()).isBetween(300, 399);
        return http.get(answer.location().toString());
    }

    private Answer enterPassword(Answer page) {
        List<String> form = hidden(page.text());
        form.addAll(List.of("username", username, "password", "demo"));
        return http.form("/sign-in", form);
    }

    private Answer allow(Answer page) {
        return http.form("/oidc/auth", hidden(page.text().split("</form>")[0]));
    }

    private static List<String> hidden(String html) {
        List<String> fields = new ArrayList<>();
        Matcher inputs = INPUT.matcher(html);
        while (inputs.find()) {
            fields.addAll(List.of(inputs.group(1), inputs.group(2)));
        }
        return fields;
    }

    private static Map<String, String> query(URI uri) {
        return UriComponentsBuilder.fromUri(uri).build().getQueryParams().toSingleValueMap().entrySet().stream()
                .collect(Collectors.toMap(
                        Map.Entry::getKey,
                        entry -> java.net.URLDecoder.decode(entry.getValue(), StandardCharsets.UTF_8)));
    }

    private static String challenge() {
        try {
            byte[] digest = MessageDigest.getInstance("SHA-256").digest(VERIFIER.getBytes(StandardCharsets.US_ASCII));
            return Base64.getUrlEncoder().withoutPadding().encodeToString(digest);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
    }
}
