package io.scopeguard.attack;

import static org.assertj.core.api.Assertions.assertThat;

import io.scopeguard.spring.support.RunningApi;
import io.scopeguard.spring.support.TenantServer;
import io.scopeguard.testing.MovableClock;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Every attack in the lists, with a real port. */
class AttackTests {

    /** The minimum number of attacks, in case the lists are lost. */
    private static final int LEAST = 700;

    private static final MovableClock clock = MovableClock.atNoon();
    private static final TenantServer tenant = new TenantServer(clock);
    private static final Target target = new Target(tenant);
    private static final Map<String, Integer> answers = new TreeMap<>();
    private static RunningApi plain;
    private static RunningApi withHeader;

    @BeforeAll
    static void start() {
        plain = start("scope-guard.logto.webhook.signing-keys", Target.WEBHOOK_KEY);
        withHeader = start("scope-guard.organization.header", Target.ORGANIZATION_HEADER);
    }

    private static RunningApi start(String property, String value) {
        return RunningApi.start(
                tenant, clock, List.of("spring.data.rest.base-path", "/data", property, value), AttackedApi.class);
    }

    @AfterAll
    static void stop() {
        plain.close();
        withHeader.close();
        tenant.close();
        List<Attack> all = attacks();
        Map<String, Long> groups =
                all.stream().collect(Collectors.groupingBy(Attack::group, TreeMap::new, Collectors.counting()));
        long controls = all.stream().filter(Attack::isControl).count();
        System.out.printf(
                "Attack suite: %d attacks and %d controls in %d groups %s; answers %s%n",
                all.size() - controls, controls, groups.size(), groups, answers);
        assertThat(all).hasSizeGreaterThan(LEAST).doesNotHaveDuplicates();
    }

    static List<Attack> attacks() {
        return Attacks.all(target);
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("attacks")
    void requestWhenAttackThenExpectedAnswer(Attack attack) {
        RunningApi api = attack.group().equals("organization header") ? withHeader : plain;
        Answer answer = Answer.parse(api.raw(attack.request()));
        answers.merge(answer.toString(), 1, Integer::sum);

        assertThat(attack.isRepelledBy(answer))
                .as("%s: expected %s but was %s", attack, attack.expected(), answer)
                .isTrue();
        assertThat(attack.group().equals("webhook") || answer.isWellFormed())
                .as("%s: challenges %s", attack, answer.challenges())
                .isTrue();
        assertThat(answer.raw().contains(AttackedApi.REACHED))
                .as("%s: reached the handler", attack)
                .isEqualTo(answer.status() == 200
                        && answer.problem().equals("-")
                        && !attack.request().startsWith("HEAD")
                        && !attack.request().startsWith("OPTIONS"));
        assertThat(answer.raw())
                .as("%s", attack)
                .doesNotContain("Exception", "\tat ", "java.")
                .doesNotContainPattern("(?im)^X-Injected|^Access-Control-Allow")
                .doesNotContainPattern("eyJ[A-Za-z0-9_-]{40}");
    }
}
