package io.scopeguard.signal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.scopeguard.AccessRequest;
import io.scopeguard.Decision;
import io.scopeguard.Denial;
import io.scopeguard.drift.RoleDrift;
import io.scopeguard.drift.ScopeDrift;
import io.scopeguard.organization.RequestedOrganization;
import io.scopeguard.provider.InvalidTokenException;
import io.scopeguard.remedy.Remedy;
import io.scopeguard.remedy.RemedyAdvice;
import io.scopeguard.role.RoleKind;
import io.scopeguard.role.RoleRequirement;
import io.scopeguard.role.Roles;
import io.scopeguard.scope.Audience;
import io.scopeguard.scope.ScopeRequirement;
import io.scopeguard.scope.ScopeRequirement.Match;
import io.scopeguard.scope.Scopes;
import io.scopeguard.testing.MovableClock;
import io.scopeguard.testing.StandalonePermissions;
import io.scopeguard.testing.TestTokens;
import io.scopeguard.token.AccessToken;
import io.scopeguard.token.AccessTokenVerifier;
import io.scopeguard.token.KeysUnavailableException;
import io.scopeguard.token.TokenFingerprint;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** The files that describe the protocol for other languages match the headers and bodies that this library writes and reads. */
class ProtocolTests {

    private static final Path FOLDER = Path.of("..", "docs", "protocol");
    private static final JsonNode VECTORS = JsonMapper.shared().readTree(read("test-vectors.json"));
    private static final JsonNode SCHEMA = JsonMapper.shared().readTree(read("problem.schema.json"));
    private static final Pattern GRAMMAR = new Abnf(read("scope-drift.abnf")).pattern("scope-drift");
    private static final Pattern PROBLEM = Pattern.compile("`([a-z-]+)`");
    private static final TestTokens tokens = new TestTokens(MovableClock.atNoon());

    private final AccessToken acme = tokens.organization("acme").scopes("read").verified();

    @AfterAll
    static void stop() {
        tokens.close();
    }

    private static String read(String name) {
        try {
            return Files.readString(FOLDER.resolve(name));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static Stream<Arguments> vectors(String kind) {
        List<Arguments> vectors = new ArrayList<>();
        VECTORS.required(kind)
                .forEach(vector -> vectors.add(Arguments.of(vector.path("name").asString(), vector)));
        return vectors.stream();
    }

    static Stream<Arguments> headers() {
        return vectors("headers");
    }

    static Stream<Arguments> fingerprints() {
        return vectors("fingerprints");
    }

    // The header

    @ParameterizedTest(name = "{0}")
    @MethodSource("headers")
    void headerThenReadAsDescribed(String name, JsonNode vector) {
        String value = vector.required("value").asString();
        JsonNode expected = vector.required("hint");

        Map<String, Object> read =
                ScopeDriftHint.parse(value).map(ProtocolTests::members).orElse(null);

        assertThat(read)
                .isEqualTo(expected.isNull() ? null : JsonMapper.shared().convertValue(expected, Map.class));
        assertThat(GRAMMAR.matcher(value).matches())
                .isEqualTo(vector.required("written").asBoolean());
    }

    /** The members of a hint by the names of the vectors, without absent ones. */
    private static Map<String, Object> members(ScopeDriftHint hint) {
        Map<String, Object> members = new HashMap<>();
        members.put("action", hint.action().name().toLowerCase(Locale.ROOT));
        put(members, "demoted", hint.demoted().count(), scopes(hint.demoted()));
        put(members, "promoted", hint.promoted().count(), scopes(hint.promoted()));
        put(members, "new", hint.added().count(), scopes(hint.added()));
        put(
                members,
                "demoted_roles",
                hint.demotedRoles().count(),
                hint.demotedRoles().names());
        put(
                members,
                "promoted_roles",
                hint.promotedRoles().count(),
                hint.promotedRoles().names());
        put(members, "organization", 1, hint.organization());
        put(members, "resource", 1, hint.resource());
        members.put("token", hint.token());
        members.put("as_of", Math.toIntExact(hint.asOf().getEpochSecond()));
        members.put("after", Math.toIntExact(hint.after().toSeconds()));
        return members;
    }

    private static @Nullable Object scopes(ScopeDriftHint.Change change) {
        return change.names() == null ? null : change.names().toList();
    }

    private static void put(Map<String, Object> members, String key, int count, @Nullable Object value) {
        boolean isAbsent = count == 0 || (value == null && (key.equals("organization") || key.equals("resource")));
        if (!isAbsent) {
            members.put(key, value == null ? count : value);
        }
    }

    @ParameterizedTest
    @MethodSource("written")
    void headerWhenWrittenThenFollowsTheGrammar(Remedy remedy, ScopeDrift drift) {
        Decision decision = AdvisedDecisions.of(acme, drift, new RemedyAdvice(remedy, drift));

        assertThat(new ScopeDriftHeader(Duration.ofSeconds(30)).valueOf(decision))
                .matches(GRAMMAR);
    }

    static Stream<Arguments> written() {
        Roles roles = Roles.of(RoleKind.GLOBAL, Set.of("Billing \"admin\"", "b"));
        Scopes many = Scopes.ofTokens(
                IntStream.range(0, 200).mapToObj(i -> "scope:" + i).toList());
        return Stream.of(
                Arguments.of(Remedy.REFRESH, ScopeDrift.none()),
                Arguments.of(Remedy.REFRESH, new ScopeDrift(Scopes.of("a", "!#[]~"), Scopes.of("b"), Scopes.none())),
                Arguments.of(Remedy.RECONSENT, new ScopeDrift(Scopes.none(), Scopes.none(), Scopes.of("c"))),
                Arguments.of(Remedy.REFRESH, new ScopeDrift(many, many, Scopes.none())),
                Arguments.of(
                        Remedy.REFRESH,
                        new ScopeDrift(Scopes.none(), Scopes.none(), Scopes.none(), new RoleDrift(roles, roles))));
    }

    // The token

    @ParameterizedTest(name = "{0}")
    @MethodSource("fingerprints")
    void fingerprintThenAsDescribed(String name, JsonNode vector) {
        JsonNode expected = vector.required("fingerprint");
        assertThat(TokenFingerprint.of(vector.required("token").asString()))
                .isEqualTo(expected.isNull() ? null : expected.asString());
    }

    @Test
    void fingerprintThenThatOfTheVerifiedToken() {
        TestTokens.Token token = tokens.organization("acme").with("jti", "one");
        assertThat(TokenFingerprint.of(token.compact()))
                .isEqualTo(token.verified().fingerprint());
    }

    /** As long as a token that the guard accepts. */
    @Test
    void fingerprintWhenTheTokenIsLongThenThatOfTheVerifiedToken() {
        TestTokens.Token token = tokens.organization("acme").with("jti", "one").with("padding", "x".repeat(40_000));
        assertThat(TokenFingerprint.of(token.compact()))
                .isEqualTo(token.verified().fingerprint());
    }

    // The body

    @Test
    void problemsThenFitTheSchema() {
        Set<String> types = new TreeSet<>();
        for (ProblemResponse response : responses()) {
            JsonNode body = JsonMapper.shared().readTree(response.body());
            types.add(body.path("type").asString());
            assertThat(SCHEMA.path("properties").propertyNames()).containsAll(body.propertyNames());
            SCHEMA.path("required")
                    .forEach(member -> assertThat(body.has(member.asString())).isTrue());
            body.properties().forEach(member -> fits(SCHEMA.at("/properties/" + member.getKey()), member.getValue()));
        }
        assertThat(types).isEqualTo(types());
    }

    @Test
    void problemsThenInTheTableOfTheDocumentation() {
        Set<String> documented = new TreeSet<>();
        read("../signals.md")
                .lines()
                .filter(line -> line.matches("\\| (\\d{3}|as it was) \\| `.*"))
                .flatMap(line -> PROBLEM.matcher(line.split("\\|")[2]).results())
                .forEach(problem -> documented.add("urn:problem-type:scope-guard:" + problem.group(1)));
        assertThat(documented).isEqualTo(types());
    }

    private static Set<String> types() {
        Set<String> types = new TreeSet<>();
        SCHEMA.at("/properties/type/examples").forEach(type -> types.add(type.asString()));
        return types;
    }

    private static void fits(JsonNode schema, JsonNode value) {
        if (schema.has("enum")) {
            assertThat(schema.path("enum")).contains(value);
        }
        if (schema.has("pattern")) {
            assertThat(value.asString()).matches(schema.path("pattern").asString());
        }
        switch (schema.path("type").asString("")) {
            case "string" -> assertThat(value.isString()).isTrue();
            case "integer" ->
                assertThat(value.asInt())
                        .isBetween(
                                schema.path("minimum").asInt(),
                                schema.path("maximum").asInt());
            case "array" -> assertThat(value).isNotEmpty().allMatch(JsonNode::isString);
            default -> assertThat(schema.has("enum")).isTrue();
        }
    }

    private List<ProblemResponse> responses() {
        ProblemResponses all = new ProblemResponses(null);
        List<ProblemResponse> responses = new ArrayList<>(List.of(
                all.missingToken(),
                all.otherCredentials(),
                all.invalidRequest("Two credentials."),
                all.invalidToken(new InvalidTokenException(InvalidTokenException.Reason.EXPIRED, "It has expired.")),
                all.keysUnavailable(keysUnavailable()),
                all.undeclared(),
                all.tooManyStreams(),
                all.accessDenied(),
                ProblemResponses.requestFailed(404, "Not Found")));
        for (Denial denial : Denial.values()) {
            responses.add(all.of(denied(denial)));
        }
        return responses;
    }

    private static KeysUnavailableException keysUnavailable() {
        AccessTokenVerifier verifier = tokens.verifierBuilder(
                        MovableClock.atNoon(), URI.create(tokens.server().baseUrl() + "/nothing-here"))
                .build();
        return catchThrowableOfType(
                KeysUnavailableException.class,
                () -> verifier.verify(tokens.organization("acme").compact()));
    }

    private Decision denied(Denial denial) {
        Scopes required = Scopes.of("write");
        AccessRequest request = new AccessRequest(
                RequestedOrganization.OF_TOKEN,
                ScopeRequirement.allOf(Audience.ORGANIZATION, required),
                new RoleRequirement(RoleKind.GLOBAL, Match.ALL, Set.of("admin"), null, null));
        return new Decision(
                acme,
                request,
                denial,
                StandalonePermissions.of(required, MovableClock.NOON, 0),
                ScopeDrift.none(),
                Scopes.none(),
                required,
                new RemedyAdvice(Remedy.NONE, ScopeDrift.none()));
    }
}
