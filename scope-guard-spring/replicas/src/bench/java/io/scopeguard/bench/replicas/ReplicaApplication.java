package io.scopeguard.bench.replicas;

import io.micrometer.core.instrument.MeterRegistry;
import io.scopeguard.redis.ReplicaSharing;
import io.scopeguard.spring.PublicEndpoint;
import io.scopeguard.spring.RequiresScopes;
import java.util.stream.Collectors;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.boot.SpringApplication;
import org.springframework.boot.SpringBootConfiguration;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.web.server.servlet.context.ServletWebServerApplicationContext;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.annotation.Import;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.RestController;

/** One replica. It prints its port when it serves, and ends when its input does. */
@SpringBootConfiguration(proxyBeanMethods = false)
@EnableAutoConfiguration
@Import(ReplicaApplication.Reports.class)
public class ReplicaApplication {

    /** Begins the line that contains the port. */
    static final String PORT = "serves on port ";

    private static final long LOOK_AGAIN_MILLIS = 50;

    public static void main(String[] args) throws Exception {
        try (ConfigurableApplicationContext context = SpringApplication.run(ReplicaApplication.class, args)) {
            ObjectProvider<ReplicaSharing> sharing = context.getBeanProvider(ReplicaSharing.class);
            while (!sharing.stream().allMatch(ReplicaSharing::isReachable)) {
                Thread.sleep(LOOK_AGAIN_MILLIS);
            }
            System.out.println(PORT
                    + ((ServletWebServerApplicationContext) context)
                            .getWebServer()
                            .getPort());
            while (System.in.read() >= 0) {
                // The harness keeps the input open until it ends.
            }
        }
    }

    /** A guarded handler, and the figures of the replica. */
    @RestController
    static class Reports {

        private final MeterRegistry meters;

        Reports(MeterRegistry meters) {
            this.meters = meters;
        }

        /** How often the replica read a fact itself, or took another's answer, and how commands to Redis ended. */
        @PublicEndpoint
        @GetMapping("/figures")
        String figures() {
            return meters.getMeters().stream()
                    .filter(meter -> meter.getId().getName().startsWith("scopeguard.shared."))
                    .map(meter -> meter.getId().getName() + meter.getId().getTags() + " "
                            + meter.measure().iterator().next().getValue())
                    .sorted()
                    .collect(Collectors.joining("; "));
        }

        @RequiresScopes("read:report")
        @GetMapping("/organizations/{organizationId}/reports")
        String reports() {
            return "ok";
        }
    }
}
