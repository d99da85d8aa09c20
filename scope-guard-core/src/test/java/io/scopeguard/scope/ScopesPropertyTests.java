package io.scopeguard.scope;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;

class ScopesPropertyTests {

    @Property
    void operationsThenTheirResultsAreThoseOfSets(@ForAll("sets") Set<String> a, @ForAll("sets") Set<String> b) {
        Scopes left = Scopes.ofTokens(a);
        Scopes right = Scopes.ofTokens(b);

        assertThat(set(left.and(right)))
                .isEqualTo(a.stream().filter(b::contains).collect(Collectors.toSet()));
        assertThat(set(left.or(right))).isEqualTo(union(a, b));
        assertThat(set(left.minus(right)))
                .isEqualTo(a.stream().filter(name -> !b.contains(name)).collect(Collectors.toSet()));
        assertThat(left.containsAll(right)).isEqualTo(a.containsAll(b));
        assertThat(left.containsAny(right)).isEqualTo(!left.and(right).isEmpty());
        assertThat(left.minus(right).or(left.and(right))).isEqualTo(left);
        assertThat(left.equals(right)).isEqualTo(a.equals(b));
        assertThat(left.size()).isEqualTo(a.size());
        assertThat(left.isEmpty()).isEqualTo(a.isEmpty());
    }

    @Property
    void parseWhenWrittenThenTheSameInOrder(@ForAll("sets") Set<String> names) {
        Scopes scopes = Scopes.ofTokens(names);

        assertThat(Scopes.parse(scopes.toString())).isEqualTo(scopes);
        assertThat(Scopes.parse(scopes.toString()).toList()).isEqualTo(scopes.toList());
    }

    @Property
    void parseWhenInputIsArbitraryThenOnlyScopeTokensRemain(@ForAll List<String> anything, @ForAll String text) {
        for (Scopes scopes : List.of(Scopes.ofTokens(anything), Scopes.parse(text))) {
            assertThat(scopes).allMatch(name -> name.matches("[\\x21\\x23-\\x5B\\x5D-\\x7E]+"));
        }
    }

    @Property
    void parseWhenTheNameIsAScopeTokenThenItIsKept(@ForAll("names") String name) {
        assertThat(Scopes.of(name).toList()).containsExactly(name);
        assertThat(Scopes.parse(name).toList()).containsExactly(name);
    }

    @Provide
    Arbitrary<String> names() {
        return Arbitraries.strings()
                .withChars('!')
                .withCharRange('#', '[')
                .withCharRange(']', '~')
                .ofMinLength(1)
                .ofMaxLength(8);
    }

    @Provide
    Arbitrary<Set<String>> sets() {
        return Arbitraries.of("a", "b", "c", "d:e", "d", "e*").set().ofMaxSize(6);
    }

    private static Set<String> set(Scopes scopes) {
        return new HashSet<>(scopes.toList());
    }

    private static Set<String> union(Set<String> a, Set<String> b) {
        Set<String> union = new HashSet<>(a);
        union.addAll(b);
        return union;
    }
}
