package io.scopeguard.fuzz;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import com.code_intelligence.jazzer.junit.FuzzTest;
import io.scopeguard.remedy.Remedy;
import io.scopeguard.scope.Scopes;
import io.scopeguard.signal.ScopeDriftHint;
import io.scopeguard.signal.ScopeDriftHint.Change;
import java.time.Duration;
import java.util.stream.Stream;
import org.junit.jupiter.params.provider.MethodSource;

/** The value of a {@code Scope-Drift} header, which a client reads without knowing its author. */
class ScopeDriftFuzzTests {

    static Stream<byte[]> seeds() {
        return Stream.of(
                        "action=refresh, demoted=(\"delete:report\"), promoted=(\"invite:member\"), organization=\"acme\","
                                + " token=\"q3Zx9vA1c0Tn8kLm\", as-of=1795244700, after=2",
                        "action=reconsent, new=3, resource=\"https://api.example.test\", token=\"\", as-of=0, after=30",
                        "action=refresh;a=?1, demoted=(\"a\";b=:AA==: \"b\");c=1.5, token=\"t\", as-of=1, after=0, x=@1",
                        "action=\"refresh\"",
                        "demoted=((\"a\"))",
                        "as-of=999999999999999, after=-1",
                        "\"" + "\\\"".repeat(100))
                .map(text -> text.getBytes(ISO_8859_1));
    }

    @MethodSource("seeds")
    @FuzzTest
    void parse(byte[] value) {
        ScopeDriftHint.parse(new String(value, ISO_8859_1)).ifPresent(ScopeDriftFuzzTests::check);
    }

    private static void check(ScopeDriftHint hint) {
        boolean isAction = hint.action() == Remedy.REFRESH || hint.action() == Remedy.RECONSENT;
        boolean isBounded = !hint.after().isNegative()
                && hint.after().compareTo(Duration.ofSeconds(30)) <= 0
                && hint.asOf().getEpochSecond() >= 0;
        if (!isAction
                || !isBounded
                || !isPlain(hint.demoted())
                || !isPlain(hint.promoted())
                || !isPlain(hint.added())) {
            throw new AssertionError("read from input: " + hint);
        }
    }

    private static boolean isPlain(Change change) {
        Scopes names = change.names();
        return change.count() >= 0
                && (names == null
                        || names.size() == change.count() && names.stream().allMatch(Scopes::isScopeToken));
    }
}
