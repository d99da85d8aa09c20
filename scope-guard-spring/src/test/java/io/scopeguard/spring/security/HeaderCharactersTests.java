package io.scopeguard.spring.security;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.function.Predicate;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.springframework.mock.web.MockHttpServletRequest;
import org.springframework.security.web.firewall.RequestRejectedException;
import org.springframework.security.web.firewall.StrictHttpFirewall;

/** Compares with the firewall's regular expressions, for every kind of character. */
@Tag("thorough")
class HeaderCharactersTests {

    private final StrictHttpFirewall stock = new StrictHttpFirewall();

    @Test
    void areAllowedInValueThenAsInSpringSecuritysFirewall() {
        assertSame(HeaderCharacters::areAllowedInValue, value -> passes("X-Header", value));
    }

    @Test
    void areAllowedInNameThenAsInSpringSecuritysFirewall() {
        assertSame(HeaderCharacters::areAllowedInName, name -> passes(name, "value"));
    }

    private static void assertSame(Predicate<String> ours, Predicate<String> theirs) {
        List<String> differing = characters()
                .mapToObj(Character::toString)
                .flatMap(c -> Stream.of(c, "a" + c + "b", "é" + c, "seven ch" + c, "a text of " + c + " some length"))
                .filter(text -> ours.test(text) != theirs.test(text))
                .toList();
        assertThat(differing).isEmpty();
    }

    /** All characters of the basic plane, and some of each block beyond it. */
    private static IntStream characters() {
        return IntStream.rangeClosed(0, Character.MAX_CODE_POINT)
                .filter(c -> Character.isBmpCodePoint(c) || c % 61 == 0);
    }

    private boolean passes(String name, String value) {
        MockHttpServletRequest request = new MockHttpServletRequest("GET", "/");
        request.addHeader(name, value);
        try {
            stock.getFirewalledRequest(request).getHeader(name);
            return true;
        } catch (RequestRejectedException e) {
            return false;
        }
    }
}
