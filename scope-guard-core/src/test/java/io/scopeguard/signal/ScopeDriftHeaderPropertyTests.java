package io.scopeguard.signal;

import static org.assertj.core.api.Assertions.assertThat;

import io.scopeguard.Decision;
import io.scopeguard.drift.ScopeDrift;
import io.scopeguard.remedy.Remedy;
import io.scopeguard.remedy.RemedyAdvice;
import io.scopeguard.scope.Scopes;
import io.scopeguard.testing.MovableClock;
import io.scopeguard.testing.TestTokens;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import net.jqwik.api.Assume;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.NotEmpty;
import net.jqwik.api.constraints.Size;
import net.jqwik.api.constraints.StringLength;
import net.jqwik.api.lifecycle.AfterContainer;
import org.greenbytes.http.sfv.Dictionary;
import org.greenbytes.http.sfv.Parser;

class ScopeDriftHeaderPropertyTests {

    private static final TestTokens tokens = new TestTokens(MovableClock.atNoon());

    private static boolean isId(String organization) {
        return organization.codePoints().noneMatch(Character::isISOControl);
    }

    @AfterContainer
    static void stop() {
        tokens.close();
    }

    @Property(tries = 200)
    void valueOfWhenScopesAndOrganizationAreArbitraryThenValidAndAtMost1024Characters(
            @ForAll @NotEmpty @StringLength(max = 1_200) String organization,
            @ForAll @Size(max = 40) List<@StringLength(max = 200) String> demoted,
            @ForAll @Size(max = 40) List<String> promoted,
            @ForAll @Size(max = 3) List<@StringLength(max = 60) String> added) {
        // Tokens for an organization with an invalid id are rejected earlier.
        Assume.that(isId(organization));
        ScopeDrift drift = new ScopeDrift(
                Scopes.ofTokens(demoted),
                Scopes.ofTokens(promoted),
                Scopes.ofTokens(added).or(Scopes.of("one")));
        Decision decision = AdvisedDecisions.of(
                tokens.organization(organization).verified(), drift, new RemedyAdvice(Remedy.RECONSENT, drift));

        String value = new ScopeDriftHeader(Duration.ofSeconds(30)).valueOf(decision);

        assertThat(value).hasSizeLessThanOrEqualTo(1024).matches("[\\x20-\\x7E]+");
        Dictionary parsed = Parser.parseDictionary(value);
        assertThat(parsed.serialize()).isEqualTo(value);
        assertThat(parsed.get().keySet())
                .isSubsetOf(Set.of("action", "demoted", "promoted", "new", "organization", "token", "as-of", "after"))
                .contains("action", "new", "token", "as-of", "after");
    }
}
