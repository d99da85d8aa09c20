package io.scopeguard.spring.response;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.management.ThreadMXBean;
import io.micrometer.common.KeyValue;
import io.micrometer.observation.Observation;
import java.lang.management.ManagementFactory;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.springframework.http.server.observation.ServerRequestObservationContext;
import org.springframework.mock.web.MockHttpServletRequest;
import org.springframework.mock.web.MockHttpServletResponse;

/** The keys of observations, without an application. */
class DecisionObservationFilterTests {

    private final DecisionObservationFilter filter = new DecisionObservationFilter();

    private static ServerRequestObservationContext observed() {
        return new ServerRequestObservationContext(new MockHttpServletRequest(), new MockHttpServletResponse());
    }

    @Test
    void mapWhenNothingWasDecidedThenAllKeysAreThere() {
        assertThat(filter.map(observed()).getLowCardinalityKeyValues())
                .containsExactly(
                        KeyValue.of("scopeguard.drift", "none"),
                        KeyValue.of("scopeguard.outcome", "none"),
                        KeyValue.of("scopeguard.reason", "none"));
    }

    @Test
    void mapWhenRefusedThenTheTypeOfTheProblem() {
        ServerRequestObservationContext context = observed();
        DecisionObservationFilter.refused(context.getCarrier(), "missing-token");
        assertThat(filter.map(context).getLowCardinalityKeyValues())
                .contains(
                        KeyValue.of("scopeguard.outcome", "denied"), KeyValue.of("scopeguard.reason", "missing_token"));
    }

    @Test
    void mapWhenObservationIsNotOfARequestThenUnchanged() {
        assertThat(filter.map(new Observation.Context()).getLowCardinalityKeyValues())
                .isEmpty();
    }

    /** The entries of the context's map, but nothing for the keys themselves. */
    @Test
    void mapThenFewAllocations() {
        int requests = 10_000;
        List<ServerRequestObservationContext> contexts = Stream.generate(DecisionObservationFilterTests::observed)
                .limit(requests)
                .toList();
        filter.map(observed());
        ThreadMXBean thread = (ThreadMXBean) ManagementFactory.getThreadMXBean();

        long before = thread.getCurrentThreadAllocatedBytes();
        for (int i = 0; i < requests; i++) {
            filter.map(contexts.get(i));
        }
        long allocated = thread.getCurrentThreadAllocatedBytes() - before;

        assertThat(allocated / requests).isLessThan(400);
    }
}
