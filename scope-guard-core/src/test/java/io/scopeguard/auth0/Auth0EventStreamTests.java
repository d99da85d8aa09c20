package io.scopeguard.auth0;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import io.scopeguard.provider.EventReceiver;
import io.scopeguard.provider.EventReceiver.Outcome;
import io.scopeguard.provider.EventReceiver.Receipt;
import io.scopeguard.provider.PermissionChange;
import io.scopeguard.provider.PermissionChange.OfEverything;
import io.scopeguard.provider.PermissionChange.OfMember;
import io.scopeguard.provider.PermissionChange.OfOrganization;
import io.scopeguard.provider.PermissionChange.OfSubject;
import io.scopeguard.provider.Subject;
import io.scopeguard.testing.MovableClock;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The authentication of event deliveries, the relevant events, and their effects. */
class Auth0EventStreamTests {

    private static final String SECRET = "a-secret-of-the-stream";
    private static final String OLD_SECRET = "the-secret-until-today";
    private static final Subject ALICE = new Subject(Subject.Type.USER, "auth0|alice");
    private static final String ROLE_OBJECT = "{'organization':{'id':'org_acme'},'user':{'user_id':'auth0|alice'},"
            + "'role':{'id':'rol_editor','name':'editor'}}";

    private final MovableClock clock = MovableClock.atNoon();
    private final List<PermissionChange> changes = new ArrayList<>();
    private final EventReceiver events = Objects.requireNonNull(auth0().steadyClock(clock.steady())
            .eventSecrets(List.of(SECRET, OLD_SECRET))
            .build()
            .eventReceiver());

    // Effects

    static Stream<Arguments> mattering() {
        PermissionChange member = new OfMember(ALICE, "org_acme");
        PermissionChange organization = new OfOrganization("org_acme");
        String user = "{'user_id':'auth0|alice','blocked':true}";
        String group = "{'organization':{'id':'org_acme'},'group':{'id':'grp_1'},'role':{'id':'rol_editor'}}";
        return Stream.of(
                Arguments.of("organization.member.role.assigned", ROLE_OBJECT, member),
                Arguments.of("organization.member.role.deleted", ROLE_OBJECT, member),
                Arguments.of("organization.member.added", ROLE_OBJECT, member),
                Arguments.of("organization.member.deleted", ROLE_OBJECT, member),
                Arguments.of("organization.member.role.deleted", "{'organization':{'id':'org_acme'}}", organization),
                Arguments.of("organization.member.role.deleted", "{}", new OfEverything()),
                Arguments.of("organization.group.role.assigned", group, organization),
                Arguments.of("organization.group.role.deleted", group, organization),
                Arguments.of("organization.deleted", "{'id':'org_acme'}", organization),
                Arguments.of("group.member.deleted", "{'group':{'id':'grp_1'}}", new OfEverything()),
                Arguments.of("group.role.deleted", "{'group':{'id':'grp_1'}}", new OfEverything()),
                Arguments.of("user.updated", user, new OfSubject(ALICE)),
                Arguments.of("user.deleted", user, new OfSubject(ALICE)),
                Arguments.of("user.deleted", "{}", new OfEverything()));
    }

    @ParameterizedTest(name = "{0} {1}")
    @MethodSource("mattering")
    void receiveWhenItMattersThenWhereToLook(String type, String object, PermissionChange expected) {
        Receipt receipt = deliver(event(type, "evt_1", object));

        assertThat(receipt).isEqualTo(new Receipt(Outcome.APPLIED, type));
        assertThat(changes).containsExactly(expected);
    }

    @ParameterizedTest
    @ValueSource(strings = {"user.created", "organization.updated", "connection.updated"})
    void receiveWhenNothingDependsOnItThenIgnored(String type) {
        assertThat(deliver(event(type, "evt_1", ROLE_OBJECT))).isEqualTo(new Receipt(Outcome.IGNORED, "other"));
        assertThat(changes).isEmpty();
    }

    @Test
    void receiveWhenTheStreamIsTestedThenIgnored() {
        String test = event("user.deleted", "evt_1", "{}").replace("'specversion'", "'a0purpose':'test','specversion'");

        assertThat(deliver(test)).isEqualTo(new Receipt(Outcome.IGNORED, "user.deleted"));
        assertThat(changes).isEmpty();
    }

    // Once, late, too often

    @Test
    void receiveWhenDeliveredTwiceThenAppliedOnce() {
        String event = event("organization.member.role.deleted", "evt_1", ROLE_OBJECT);
        deliver(event);
        clock.advanceSeconds(20);

        assertThat(deliver(event.replace("'rol_editor'", "'rol_other'")).outcome())
                .isEqualTo(Outcome.REPLAYED);
        assertThat(deliver(event.replace("evt_1", "evt_2")).outcome()).isEqualTo(Outcome.APPLIED);
        assertThat(changes).hasSize(2);
    }

    @Test
    void receiveWhenLateThenAppliedSixtyTimesAMinute() {
        List<Outcome> outcomes = new ArrayList<>();
        for (int i = 0; i < 62; i++) {
            String late = event("organization.member.role.deleted", "evt_" + i, ROLE_OBJECT)
                    .replace(MovableClock.NOON.toString(), "2026-11-20T00:00:00Z");
            outcomes.add(deliver(late).outcome());
        }

        assertThat(outcomes.subList(0, 60)).containsOnly(Outcome.UNTIMELY);
        assertThat(outcomes.subList(60, 62)).containsOnly(Outcome.LIMITED);
        assertThat(changes).hasSize(60);
    }

    @Test
    void receiveWhenAllAreConcernedThenOnceInTenSecondsAndTheRetryCounts() {
        assertThat(deliver(event("user.deleted", "evt_1", "{}")).outcome()).isEqualTo(Outcome.APPLIED);
        assertThat(deliver(event("user.deleted", "evt_2", "{}")).outcome()).isEqualTo(Outcome.LIMITED);
        clock.advanceSeconds(10);

        assertThat(deliver(event("user.deleted", "evt_2", "{}")).outcome()).isEqualTo(Outcome.APPLIED);
    }

    // Authentication

    @ParameterizedTest
    @CsvSource(
            nullValues = "-",
            value = {
                "Bearer a-secret-of-the-stream,  true",
                "bearer a-secret-of-the-stream,  true",
                "Bearer the-secret-until-today,  true",
                "Bearer a-secret-of-the-strea,   false",
                "Bearer a-secret-of-the-stream1, false",
                "Bearer A-secret-of-the-stream,  false",
                "Bearer,                         false",
                "a-secret-of-the-stream,         false",
                "Basic a-secret-of-the-stream,   false",
                "-,                              false"
            })
    void receiveWhenTheSecretIsWrongThenUnauthenticated(@Nullable String authorization, boolean isRight) {
        byte[] body = bytes(event("user.deleted", "evt_1", "{}"));

        assertThat(events.isAdmissible(authorization)).isEqualTo(isRight);
        assertThat(events.receive(body, authorization, changes::add).outcome())
                .isEqualTo(isRight ? Outcome.APPLIED : Outcome.UNAUTHENTICATED);
        assertThat(changes).hasSize(isRight ? 1 : 0);
        assertThat(events.credentialHeader()).isEqualTo("Authorization");
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "short", "               "})
    void eventsWhenASecretCanBeGuessedThenRefused(String secret) {
        assertThatIllegalArgumentException().isThrownBy(() -> auth0().eventSecrets(List.of(SECRET, secret)));
    }

    @Test
    void eventsWhenThereIsNoSecretThenNone() {
        assertThat(auth0().build().eventReceiver()).isNull();
    }

    private static Auth0.Builder auth0() {
        return Auth0.at(Auth0Tenant.of("tenant.eu.auth0.com"), "id", "secret");
    }

    // Malformed events

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "null",
                "[]",
                "7",
                "{}",
                "{'specversion':'1.0','type':'user.deleted'}",
                "{'specversion':'0.3','type':'user.deleted','id':'evt_1'}",
                "{'specversion':'1.0','id':'evt_1'}",
                "{'specversion':'1.0','type':7,'id':'evt_1'}",
                "{'specversion':'1.0','type':'user.deleted','id':'a b'}",
                "{'specversion':'1.0','type':'user.deleted','id':'evt_1'"
            })
    void receiveWhenNoEventThenMalformed(String body) {
        assertThat(deliver(body)).isEqualTo(Receipt.unread(Outcome.MALFORMED));
        assertThat(changes).isEmpty();
    }

    @Test
    void receiveWhenTooLargeThenUnread() {
        assertThat(events.receive(new byte[EventReceiver.MAX_BYTES + 1], "Bearer " + SECRET, changes::add)
                        .outcome())
                .isEqualTo(Outcome.TOO_LARGE);
    }

    @Test
    void receiveWhenTimeIsMissingThenUntimely() {
        assertThat(deliver("{'specversion':'1.0','type':'user.deleted','id':'evt_1'}")
                        .outcome())
                .isEqualTo(Outcome.UNTIMELY);
    }

    private Receipt deliver(String event) {
        return events.receive(bytes(event), "Bearer " + SECRET, changes::add);
    }

    private String event(String type, String id, String object) {
        Instant now = clock.instant();
        return "{'specversion':'1.0','type':'" + type + "','source':'urn:auth0:tenant','id':'" + id + "','time':'" + now
                + "','a0tenant':'tenant','a0stream':'est_1','data':{'object':" + object + ",'context':{}}}";
    }

    private static byte[] bytes(String json) {
        return json.replace('\'', '"').getBytes(StandardCharsets.UTF_8);
    }
}
