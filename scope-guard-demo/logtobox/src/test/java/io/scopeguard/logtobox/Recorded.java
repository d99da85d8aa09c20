package io.scopeguard.logtobox;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** An exchange that was recorded from a real Logto, with its identifiers replaced by those of the box. */
record Recorded(JsonNode file) {

    private static final JsonMapper JSON = JsonMapper.shared();

    /** The identifiers of the recording and of the box. */
    private static final Map<String, String> NAMES = Map.ofEntries(
            Map.entry("02jh4tp0e2bxseju70jr3", "demo-server"),
            Map.entry("ujzrzpvckovtss4c7tpyk", "demo-web"),
            Map.entry("5nzdf8sypmekd84zjjm1h", "demo-agent"),
            Map.entry("4uxi2xdz10fsvnqgbqjzp", "demo-agent"),
            Map.entry("wdzn1i61o9qhbldzbou2s", "demo-m2m"),
            Map.entry("cu2p5w6hsqs5", "acme"),
            Map.entry("zgdv7hj036ah", "globex"),
            Map.entry("zniksqalbcx7", "alice"),
            Map.entry("s8car8qohd3k", "bob"),
            Map.entry("inh0dz34mysx", "carol"),
            Map.entry("bdh4or3y14aho06ul1qj5", "admin"),
            Map.entry("ywxp3mzfunekqz9r88o8v", "member"),
            Map.entry("ul7fxbxc8eis3j2rlazwz", "agent"),
            Map.entry("aomial263p6rnilmbxxen", "read-report"),
            Map.entry("0a862ozi8us29z92vlw10", "invite-member"),
            Map.entry("4b1t1fycjfmiwb7y0ko0u", "write-report"),
            Map.entry("xduwwe601clyime520uff", "delete-report"),
            Map.entry("xlonjmpl6snh5igh5vdm4", "example-api"),
            Map.entry("4sunxrp7bpi39iis4c7ky", "delete-document"),
            Map.entry("5dluco5x00dlcea8dyiow", "read-document"),
            Map.entry("aw9s66hspngg9fzycla9u", "write-document"),
            Map.entry("t0ty643crd5maeybcgr0w", "auditor"),
            Map.entry("f9cxt632i6bcgp1cvxhtd", "management-api-access"),
            Map.entry("kyd251i3tyncohx3zetf1", "service"),
            Map.entry("Acme agent (M2M)", "Demo agent of Acme"),
            Map.entry("Management API client (M2M)", "Demo Management API client"),
            Map.entry("global user role", "auditor"),
            Map.entry("global M2M role", "service"),
            Map.entry("This default role grants access to the Logto management API.", "Logto Management API access"),
            Map.entry("Default scope for Management API, allows all permissions.", "all"));

    static Recorded of(String path, String endpoint) {
        return of(path, endpoint, Map.of());
    }

    static Recorded of(String path, String endpoint, Map<String, String> more) {
        String text = read(path);
        for (Map.Entry<String, String> name : NAMES.entrySet()) {
            text = text.replace(name.getKey(), name.getValue());
        }
        for (Map.Entry<String, String> name : more.entrySet()) {
            text = text.replace(name.getKey(), name.getValue());
        }
        return new Recorded(JSON.readTree(text.replaceAll("http://127\\.0\\.0\\.1:300[12]", endpoint)));
    }

    private static String read(String path) {
        try (InputStream stream = Recorded.class.getResourceAsStream("/logto-recorded/" + path + ".json")) {
            assertThat(stream).as(path).isNotNull();
            return new String(stream.readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    String method() {
        return file.at("/request/method").asString();
    }

    String path() {
        return file.at("/request/path").asString();
    }

    String requestBody() {
        JsonNode body = file.at("/request/body");
        return body.isMissingNode() ? null : body.toString();
    }

    /** The box's identifier for the client in the recorded authentication. */
    String basicUser() {
        String header = file.at("/request/headers/authorization").asString("");
        String credentials =
                new String(Base64.getDecoder().decode(header.replace("Basic ", "")), StandardCharsets.UTF_8);
        String id = credentials.substring(0, credentials.indexOf(':'));
        return NAMES.getOrDefault(id, id);
    }

    /** The recorded form, with some values replaced. */
    List<String> form(Map<String, String> replacements) {
        Map<String, String> form = new TreeMap<>();
        file.at("/request/form")
                .properties()
                .forEach(field -> form.put(field.getKey(), field.getValue().asString()));
        replacements.forEach((name, value) -> form.computeIfPresent(name, (key, old) -> value));
        List<String> flat = new ArrayList<>();
        form.forEach((name, value) -> flat.addAll(List.of(name, value)));
        return flat;
    }

    int status() {
        return file.at("/response/status").asInt();
    }

    JsonNode body() {
        return file.at("/response/body");
    }

    String responseHeader(String name) {
        return file.at("/response/headers/" + name).asString("");
    }

    /** Checks that the box returned the same token response, or the same error. */
    void assertSameTokenResponse(Answer answer) {
        assertThat(answer.status()).as(answer.text()).isEqualTo(status());
        if (status() != 200) {
            assertThat(answer.json()).isEqualTo(body());
        }
        assertThat(names(answer.json())).isEqualTo(names(body()));
        if (status() == 200) {
            assertSameToken(answer);
        }
    }

    private void assertSameToken(Answer answer) {
        assertThat(answer.json().path("expires_in")).isEqualTo(body().path("expires_in"));
        assertThat(answer.json().path("token_type")).isEqualTo(body().path("token_type"));
        assertThat(Scopes.of(answer.string("scope")))
                .isEqualTo(Scopes.of(body().path("scope").asString("")));
        String token = answer.string("access_token");
        JsonNode claims = file.path("accessTokenClaims");
        assertThat(Jwt.is(token)).isEqualTo(Jwt.is(body().path("access_token").asString()));
        if (claims.isObject()) {
            assertSameClaims(Jwt.of(token), claims);
        }
        if (!Jwt.is(token)) {
            assertThat(token).hasSize(43);
        }
        if (body().has("id_token")) {
            assertSameIdToken(Jwt.of(answer.string("id_token")));
        }
    }

    private void assertSameClaims(Jwt token, JsonNode claims) {
        assertThat(names(token.header())).containsExactly("alg", "typ", "kid");
        assertThat(token.header().path("typ").asString()).isEqualTo("at+jwt");
        assertThat(token.header().path("kid").asString()).hasSize(43);
        assertThat(names(token.claims())).isEqualTo(names(claims));
        for (String name : List.of("sub", "client_id", "iss", "aud", "organization_id")) {
            assertThat(token.claims().path(name)).as(name).isEqualTo(claims.path(name));
        }
        assertThat(token.claim("jti")).hasSize(43);
        assertThat(Scopes.of(token.claim("scope")))
                .isEqualTo(Scopes.of(claims.path("scope").asString("")));
        assertThat(lifetime(token.claims())).isEqualTo(lifetime(claims));
    }

    private void assertSameIdToken(Jwt token) {
        Jwt recorded = Jwt.of(body().path("id_token").asString());
        assertThat(names(token.header())).isEqualTo(names(recorded.header()));
        assertThat(names(token.claims())).isEqualTo(names(recorded.claims()));
        assertThat(lifetime(token.claims())).isEqualTo(lifetime(recorded.claims()));
    }

    private static long lifetime(JsonNode claims) {
        return claims.path("exp").asLong() - claims.path("iat").asLong();
    }

    static List<String> names(JsonNode object) {
        return object.properties().stream().map(Map.Entry::getKey).toList();
    }
}
