package io.scopeguard.spring.security;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Random;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.springframework.mock.web.MockHttpServletRequest;
import org.springframework.security.web.firewall.HttpFirewall;
import org.springframework.security.web.firewall.RequestRejectedException;
import org.springframework.security.web.firewall.StrictHttpFirewall;

/** Compares with Spring Security's own firewall. */
class PlainPathFirewallTests {

    private static final int REQUESTS = 50_000;
    private static final List<String> PARTS = List.of(
            "/", "/", "a", "reports", "acme-1", "_", ".", "..", "~", "@", ":", "*", "%", "%2", "%2e", "%2F", "%20",
            "%00", ";", "\\", " ", "\u0000", "\n", "\u007F", "é", "\u2028", "?", "+", "!");

    private final StrictHttpFirewall stock = new StrictHttpFirewall();
    private final HttpFirewall firewall = new PlainPathFirewall();

    @Test
    void requestWhenItsPathsAreRandomThenJudgedAsByTheStockFirewall() {
        Random random = new Random(7);
        int allowed = 0;
        for (int i = 0; i < REQUESTS; i++) {
            MockHttpServletRequest request = new MockHttpServletRequest("GET", path(random));
            request.setServletPath(random.nextBoolean() ? request.getRequestURI() : path(random));
            request.setPathInfo(random.nextInt(3) == 0 ? path(random) : null);
            request.setContextPath(random.nextInt(5) == 0 ? path(random) : "");
            boolean isAllowed = isAllowed(stock, request);
            allowed += isAllowed ? 1 : 0;
            assertThat(isAllowed(firewall, request))
                    .as(() -> "URI %s, servlet %s, info %s, context %s"
                            .formatted(
                                    request.getRequestURI(),
                                    request.getServletPath(),
                                    request.getPathInfo(),
                                    request.getContextPath()))
                    .isEqualTo(isAllowed);
        }
        assertThat(allowed).isBetween(REQUESTS / 100, REQUESTS - REQUESTS / 10);
    }

    @Test
    void requestWhenEachPathContainsAForbiddenSequenceThenRejected() {
        Stream.concat(stock.getEncodedUrlBlocklist().stream(), stock.getDecodedUrlBlocklist().stream())
                .forEach(forbidden -> {
                    MockHttpServletRequest request = new MockHttpServletRequest("GET", "/a" + forbidden + "b");
                    request.setServletPath("/a" + forbidden + "b");
                    assertThat(isAllowed(firewall, request)).as(forbidden).isFalse();
                });
    }

    @Test
    void requestWhenMethodIsUnusualThenRejected() {
        assertThat(isAllowed(firewall, new MockHttpServletRequest("TRACE", "/reports")))
                .isFalse();
        assertThat(isAllowed(firewall, new MockHttpServletRequest("GET", "/reports")))
                .isTrue();
    }

    private static String path(Random random) {
        // Mostly plain, so that the stock firewall allows some.
        int kinds = random.nextBoolean() ? 6 : PARTS.size();
        return IntStream.range(0, random.nextInt(8))
                .mapToObj(i -> PARTS.get(random.nextInt(kinds)))
                .collect(Collectors.joining("", "/", ""));
    }

    private static boolean isAllowed(HttpFirewall firewall, MockHttpServletRequest request) {
        try {
            firewall.getFirewalledRequest(request);
            return true;
        } catch (RequestRejectedException e) {
            return false;
        }
    }
}
