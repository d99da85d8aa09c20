package io.scopeguard.logto;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import io.scopeguard.provider.EventReceiver.Outcome;
import io.scopeguard.provider.EventReceiver.Receipt;
import io.scopeguard.provider.PermissionChange;
import io.scopeguard.provider.PermissionChange.OfEverything;
import io.scopeguard.provider.PermissionChange.OfMember;
import io.scopeguard.provider.PermissionChange.OfOrganization;
import io.scopeguard.provider.PermissionChange.OfRoles;
import io.scopeguard.provider.PermissionChange.OfSubject;
import io.scopeguard.provider.ProviderClock;
import io.scopeguard.provider.ScopeCatalogue;
import io.scopeguard.provider.ScopeCatalogue.Listing;
import io.scopeguard.provider.ScopeCatalogue.Novelty;
import io.scopeguard.provider.Subject;
import io.scopeguard.provider.Subject.Type;
import io.scopeguard.scope.Audience;
import io.scopeguard.testing.MovableClock;
import io.scopeguard.testing.Recorded;
import io.scopeguard.testing.TestTokens;
import io.scopeguard.time.SteadyClock;
import io.scopeguard.token.AccessToken;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;

/** The processing of recorded and artificial deliveries: authentication, time, and effect. */
class LogtoWebhookTests {

    private static final String KEY = "kZ4AUZzEtxHfvbkGRKDf1XrKW0krWywQ";
    private static final String ORGANIZATION = "jyffgnwnkcwc";

    /** The change in each recorded delivery that affects permissions. */
    private static final Map<String, PermissionChange> RECORDED = Map.ofEntries(
            Map.entry("006-Organization.Membership.Updated", member(Type.USER, "xy2h0xm0yf5c")),
            Map.entry("007-Organization.Membership.Updated", member(Type.USER, "hl6w7t10s4nm")),
            Map.entry("009-Organization.Membership.Updated", member(Type.USER, "z682637z1e2z")),
            Map.entry("011-Organization.Membership.Updated", member(Type.APPLICATION, "5nzdf8sypmekd84zjjm1h")),
            Map.entry("014-Organization.Membership.Updated", member(Type.APPLICATION, "5nzdf8sypmekd84zjjm1h")),
            Map.entry("016-OrganizationScope.Data.Updated", new OfRoles()),
            Map.entry("021-OrganizationRole.Scopes.Updated", new OfRoles()),
            Map.entry("023-OrganizationRole.Scopes.Updated", new OfRoles()),
            Map.entry("026-OrganizationScope.Deleted", new OfRoles()),
            Map.entry("029-Role.Scopes.Updated", new OfRoles()),
            Map.entry("032-Role.Scopes.Updated", new OfRoles()),
            Map.entry("033-Role.Scopes.Updated", new OfRoles()),
            Map.entry("035-Role.Deleted", new OfRoles()),
            Map.entry("038-Scope.Data.Updated", new OfRoles()),
            Map.entry("039-Scope.Deleted", new OfRoles()),
            Map.entry("043-User.SuspensionStatus.Updated", new OfSubject(new Subject(Type.USER, "xy2h0xm0yf5c"))));

    private static final MovableClock clock = MovableClock.atNoon();
    private static final TestTokens tokens = new TestTokens(clock);

    private final List<PermissionChange> changes = new ArrayList<>();
    private final SteadyClock steady = atNoon();
    private final ProviderClock providerClock = new ProviderClock(steady);
    private final ScopeCatalogue catalogue = new ScopeCatalogue(providerClock);
    private final LogtoWebhook webhook = webhook(KEY);

    private static SteadyClock atNoon() {
        clock.set(MovableClock.NOON);
        return clock.steady();
    }

    @AfterAll
    static void stop() {
        tokens.close();
    }

    // Real deliveries

    @ParameterizedTest
    @MethodSource("recordedDeliveries")
    void receiveWhenRecordedThenExactlyItsChanges(String name) {
        Recorded delivery = Recorded.of("webhooks/deliveries/" + name);
        clock.set(Instant.parse(delivery.content().at("/body/createdAt").stringValue()));

        Receipt receipt = webhook.receive(body(delivery), signature(delivery), changes::add);

        PermissionChange expected = RECORDED.get(name);
        assertThat(changes).isEqualTo(expected == null ? List.of() : List.of(expected));
        boolean applied = expected != null || name.equals("015-OrganizationScope.Created");
        assertThat(receipt.outcome()).isEqualTo(applied ? Outcome.APPLIED : Outcome.IGNORED);
        if (applied) {
            assertThat(receipt.event()).isEqualTo(name.substring(4));
        }
    }

    @Test
    void receiveWhenScopeOfOrganizationsIsCreatedThenDatedByTheReceipt() {
        Recorded delivery = Recorded.of("webhooks/deliveries/015-OrganizationScope.Created");
        catalogue.learn(Audience.ORGANIZATION, Map.of(), steady.nanos());
        clock.set(Instant.parse("2026-11-21T07:53:50Z"));
        providerClock.answered("Sat, 21 Nov 2026 07:53:50 GMT", steady.nanos(), steady.nanos());
        AccessToken before = tokenIssuedNow();

        webhook.receive(body(delivery), signature(delivery), changes::add);
        clock.advanceSeconds(20);

        assertThat(noveltySince(before)).isEqualTo(Novelty.SEEN);
        assertThat(noveltySince(tokenIssuedNow())).isEqualTo(Novelty.NONE);
    }

    /** The replay of an old delivery must not lead to a request for consent. */
    @Test
    void receiveWhenScopeWasCreatedLongAgoThenItIsNotCalledNew() {
        Recorded delivery = Recorded.of("webhooks/deliveries/015-OrganizationScope.Created");
        AccessToken before = tokenIssuedNow();
        catalogue.learn(Audience.ORGANIZATION, Map.of("hook:scope-12778", new Listing("its id", null)), steady.nanos());

        assertThat(webhook.receive(body(delivery), signature(delivery), changes::add)
                        .outcome())
                .isEqualTo(Outcome.UNTIMELY);

        assertThat(noveltySince(before)).isEqualTo(Novelty.NONE);
    }

    // Other deliveries

    @Test
    void receiveWhenMembersAreReplacedThenAllAddedAndRemovedOnes() {
        deliver(event(
                "Organization.Membership.Updated",
                "\"organizationId\":\"acme\",\"addedUserIds\":[\"a\",\"b\"],\"removedUserIds\":[\"c\"],"
                        + "\"addedApplicationIds\":[\"d\"],\"removedApplicationIds\":[\"e\",\"a\"]"));

        assertThat(changes)
                .containsExactlyInAnyOrder(
                        new OfMember(new Subject(Type.USER, "a"), "acme"),
                        new OfMember(new Subject(Type.USER, "b"), "acme"),
                        new OfMember(new Subject(Type.USER, "c"), "acme"),
                        new OfMember(new Subject(Type.APPLICATION, "d"), "acme"),
                        new OfMember(new Subject(Type.APPLICATION, "e"), "acme"),
                        new OfMember(new Subject(Type.APPLICATION, "a"), "acme"));
    }

    @ParameterizedTest
    @CsvSource({"4999, 4999", "5000, 1"})
    void receiveWhenAListMayHaveBeenCutThenTheWholeOrganization(int listed, int expected) {
        String ids = IntStream.range(0, listed).mapToObj(id -> "\"u" + id + '"').collect(Collectors.joining(","));

        deliver(event(
                "Organization.Membership.Updated", "\"organizationId\":\"acme\",\"removedUserIds\":[" + ids + "]"));

        assertThat(changes).hasSize(expected);
        assertThat(changes.contains(new OfOrganization("acme"))).isEqualTo(listed == 5000);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "\"organizationId\":\"acme\"",
                "\"params\":{\"id\":\"acme\"}",
                "\"organizationId\":\"acme\",\"addedUserIds\":[]",
                "\"organizationId\":\"acme\",\"addedUserIds\":\"everybody\"",
            })
    void receiveWhenMembersAreNotNamedThenTheWholeOrganization(String members) {
        deliver(event("Organization.Membership.Updated", members));

        assertThat(changes).containsExactly(new OfOrganization("acme"));
    }

    @Test
    void receiveWhenOrganizationIsDeletedThenTheWholeOrganization() {
        deliver(event("Organization.Deleted", "\"params\":{\"id\":\"acme\"}"));

        assertThat(changes).containsExactly(new OfOrganization("acme"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"\"params\":{\"userId\":\"u1\"}", "\"data\":{\"id\":\"u1\"}"})
    void receiveWhenUserIsDeletedThenThatUserEverywhere(String user) {
        deliver(event("User.Deleted", user));

        assertThat(changes).containsExactly(new OfSubject(new Subject(Type.USER, "u1")));
    }

    @ParameterizedTest
    @ValueSource(strings = {"User.Deleted", "User.SuspensionStatus.Updated", "Organization.Deleted"})
    void receiveWhenAnExpectedSubjectIsMissingThenEverything(String event) {
        deliver(event(event, "\"params\":{}"));

        assertThat(changes).containsExactly(new OfEverything());
    }

    @Test
    void receiveWhenEverythingChangesOftenThenOnceInTenSeconds() {
        assertThat(deliver(event("User.Deleted", "\"data\":1"))).isEqualTo(Outcome.APPLIED);
        assertThat(deliver(event("User.Deleted", "\"data\":2"))).isEqualTo(Outcome.LIMITED);
        clock.advanceSeconds(10);
        assertThat(deliver(event("User.Deleted", "\"data\":3"))).isEqualTo(Outcome.APPLIED);

        assertThat(changes).containsExactly(new OfEverything(), new OfEverything());
    }

    @Test
    void receiveWhenTheWallClockStepsBackThenTheLimitsLastNoLonger() {
        assertThat(deliver(event("User.Deleted", "\"data\":1"))).isEqualTo(Outcome.APPLIED);
        clock.step(Duration.ofHours(-1));
        assertThat(deliver(event("User.Deleted", "\"data\":2"))).isEqualTo(Outcome.LIMITED);
        clock.advanceSeconds(10);

        assertThat(deliver(event("User.Deleted", "\"data\":3"))).isEqualTo(Outcome.APPLIED);
    }

    @Test
    void receiveWhenLimitedThenRepeatedDeliveryIsApplied() {
        byte[] turnedAway = event("User.Deleted", "\"data\":2");
        deliver(event("User.Deleted", "\"data\":1"));
        assertThat(deliver(turnedAway)).isEqualTo(Outcome.LIMITED);
        clock.advanceSeconds(10);

        assertThat(deliver(turnedAway)).isEqualTo(Outcome.APPLIED);
        assertThat(deliver(turnedAway)).isEqualTo(Outcome.REPLAYED);
    }

    @Test
    void receiveWhenEventIsUnknownThenIgnoredAndNotNamed() {
        assertThat(receive(event("Organization.Merged", "\"params\":{\"id\":\"acme\"}"), KEY))
                .isEqualTo(new Receipt(Outcome.IGNORED, "other"));
        assertThat(changes).isEmpty();
    }

    // Authentication

    @ParameterizedTest
    @ValueSource(strings = {"", "another-key", "kZ4AUZzEtxHfvbkGRKDf1XrKW0krWyw"})
    void receiveWhenSignedByAnotherKeyThenRefused(String key) {
        byte[] body = event("Organization.Deleted", "\"params\":{\"id\":\"acme\"}");

        assertThat(webhook.receive(body, key.isEmpty() ? null : sign(key, body), changes::add))
                .isEqualTo(new Receipt(Outcome.UNAUTHENTICATED, "other"));
        assertThat(changes).isEmpty();
    }

    @Test
    void receiveWhenSignatureIsSpeltOtherwiseThenRefused() {
        byte[] body = event("Organization.Deleted", "\"params\":{\"id\":\"acme\"}");
        String signature = sign(KEY, body);

        for (String spelling : List.of(
                signature.toUpperCase(Locale.ROOT),
                "sha256=" + signature,
                signature + " ",
                signature.substring(1),
                "")) {
            assertThat(webhook.receive(body, spelling, changes::add).outcome()).isEqualTo(Outcome.UNAUTHENTICATED);
        }
    }

    @Test
    void receiveWhenOneByteDiffersThenRefused() {
        byte[] body = event("Organization.Deleted", "\"params\":{\"id\":\"acme\"}");
        String signature = sign(KEY, body);

        for (int i = 0; i < body.length; i++) {
            byte[] forged = body.clone();
            forged[i] ^= 1;
            assertThat(webhook.receive(forged, signature, changes::add).outcome())
                    .isEqualTo(Outcome.UNAUTHENTICATED);
        }
        assertThat(webhook.receive(Arrays.copyOf(body, body.length - 1), signature, changes::add)
                        .outcome())
                .isEqualTo(Outcome.UNAUTHENTICATED);
        assertThat(changes).isEmpty();
    }

    @Test
    void receiveWhenKeysAreBeingChangedThenEitherProves() {
        LogtoWebhook both = webhook("old-key", KEY);
        byte[] first = event("Organization.Deleted", "\"params\":{\"id\":\"acme\"}");
        byte[] second = event("Organization.Deleted", "\"params\":{\"id\":\"globex\"}");

        assertThat(both.receive(first, sign("old-key", first), changes::add).outcome())
                .isEqualTo(Outcome.APPLIED);
        assertThat(both.receive(second, sign(KEY, second), changes::add).outcome())
                .isEqualTo(Outcome.APPLIED);
    }

    @Test
    void webhookWhenThereIsNoKeyThenRefusedAtOnce() {
        assertThatIllegalArgumentException().isThrownBy(() -> webhook());
        assertThatIllegalArgumentException().isThrownBy(() -> webhook(KEY, " "));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "{",
                "[]",
                "null",
                "\"Organization.Deleted\"",
                "{}",
                "{\"event\":7}",
                "{\"event\":\"User.Deleted\"}x"
            })
    void receiveWhenSignedButNoEventThenMalformed(String body) {
        assertThat(receive(body.getBytes(StandardCharsets.UTF_8), KEY))
                .isEqualTo(new Receipt(Outcome.MALFORMED, "other"));
    }

    @Test
    void receiveWhenLargerThanAnyDeliveryThenRefusedUnread() {
        byte[] largest = event("Organization.Deleted", "\"params\":{\"id\":\"acme\"}", LogtoWebhook.MAX_BYTES);

        assertThat(receive(largest, KEY).outcome()).isEqualTo(Outcome.APPLIED);
        assertThat(receive(Arrays.copyOf(largest, largest.length + 1), KEY))
                .isEqualTo(new Receipt(Outcome.TOO_LARGE, "other"));
    }

    // Time and repetition

    @Test
    void receiveWhenSentAgainThenTakenOnce() {
        byte[] body = event("Organization.Deleted", "\"params\":{\"id\":\"acme\"}");

        assertThat(receive(body, KEY).outcome()).isEqualTo(Outcome.APPLIED);
        assertThat(receive(body, KEY).outcome()).isEqualTo(Outcome.REPLAYED);
        clock.advance(Duration.ofMinutes(5).minusMillis(1));
        assertThat(receive(body, KEY).outcome()).isEqualTo(Outcome.REPLAYED);
        assertThat(changes).hasSize(1);
    }

    /** The earliest and the latest time at which it counts as timely. It is remembered during all this time. */
    @Test
    void receiveWhenOfTheFutureThenTakenOnceForAsLongAsItIsTimely() {
        byte[] body = event("Organization.Deleted", "\"params\":{\"id\":\"acme\"}");
        clock.advance(Duration.ofMinutes(-5).plusMillis(1));

        assertThat(receive(body, KEY).outcome()).isEqualTo(Outcome.APPLIED);
        clock.advance(Duration.ofMinutes(10).minusMillis(2));
        assertThat(receive(body, KEY).outcome()).isEqualTo(Outcome.REPLAYED);
    }

    /** It may be genuine and late, and then it matters. A repetition only costs a read. */
    @ParameterizedTest
    @CsvSource({"-300000, UNTIMELY", "-299999, APPLIED", "299999, APPLIED", "300000, UNTIMELY", "86400000, UNTIMELY"})
    void receiveWhenItsTimeIsFarFromOursThenAppliedAllTheSame(long millis, Outcome expected) {
        byte[] body = event("Organization.Deleted", "\"params\":{\"id\":\"acme\"}");
        clock.advance(Duration.ofMillis(millis));

        assertThat(receive(body, KEY).outcome()).isEqualTo(expected);

        assertThat(changes).containsExactly(new OfOrganization("acme"));
    }

    @Test
    void receiveWhenItTellsNoTimeThenUntimely() {
        byte[] body =
                "{\"event\":\"Organization.Deleted\",\"params\":{\"id\":\"acme\"}}".getBytes(StandardCharsets.UTF_8);

        assertThat(receive(body, KEY).outcome()).isEqualTo(Outcome.UNTIMELY);
    }

    @Test
    void receiveWhenManyOldOnesAreSentAgainThenOneASecond() {
        List<byte[]> old = IntStream.range(0, 100)
                .mapToObj(id -> event("Organization.Deleted", "\"params\":{\"id\":\"o" + id + "\"}"))
                .toList();
        clock.advance(Duration.ofHours(1));

        List<Outcome> outcomes =
                old.stream().map(body -> receive(body, KEY).outcome()).toList();

        assertThat(outcomes.subList(0, 60)).containsOnly(Outcome.UNTIMELY);
        assertThat(outcomes.subList(60, 100)).containsOnly(Outcome.LIMITED);
        assertThat(changes).hasSize(60);
        clock.advanceSeconds(1);
        assertThat(receive(event("Organization.Deleted", "\"params\":{\"id\":\"p\"}"), KEY)
                        .outcome())
                .isEqualTo(Outcome.APPLIED);
    }

    private LogtoWebhook webhook(String... keys) {
        return new LogtoWebhook(List.of(keys), catalogue, steady);
    }

    private Outcome deliver(byte[] body) {
        return receive(body, KEY).outcome();
    }

    private Receipt receive(byte[] body, String key) {
        return webhook.receive(body, sign(key, body), changes::add);
    }

    private Novelty noveltySince(AccessToken token) {
        return catalogue.noveltySince(Audience.ORGANIZATION, "hook:scope-12778", token.issuedAt());
    }

    private AccessToken tokenIssuedNow() {
        return tokens.organization(ORGANIZATION).verified();
    }

    private byte[] event(String name, String members) {
        return event(name, members, 0);
    }

    /** A delivery that was created now, padded to this size. */
    private byte[] event(String name, String members, int size) {
        String json = "{\"event\":\"" + name + "\",\"createdAt\":\"" + clock.instant() + "\"," + members + "}";
        return (json + " ".repeat(Math.max(0, size - json.length()))).getBytes(StandardCharsets.UTF_8);
    }

    private static String sign(String key, byte[] body) {
        try {
            Mac mac = Mac.getInstance("HmacSHA256");
            mac.init(new SecretKeySpec(key.getBytes(StandardCharsets.UTF_8), "HmacSHA256"));
            return HexFormat.of().formatHex(mac.doFinal(body));
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException(e);
        }
    }

    private static byte[] body(Recorded delivery) {
        return delivery.content().get("rawBody").stringValue().getBytes(StandardCharsets.UTF_8);
    }

    private static String signature(Recorded delivery) {
        JsonNode headers = delivery.content().at("/request/headers");
        return headers.get(LogtoWebhook.SIGNATURE_HEADER).stringValue();
    }

    private static OfMember member(Type type, String id) {
        return new OfMember(new Subject(type, id), ORGANIZATION);
    }

    static List<String> recordedDeliveries() {
        return Recorded.names("webhooks/deliveries");
    }
}
