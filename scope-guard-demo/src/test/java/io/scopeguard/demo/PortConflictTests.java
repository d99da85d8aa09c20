package io.scopeguard.demo;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.net.InetAddress;
import java.net.ServerSocket;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;

/** Where another program has a port, start-up names the property to change. */
@ExtendWith(OutputCaptureExtension.class)
class PortConflictTests {

    @Test
    void startWhenProvidersPortIsTakenThenNamesTheProperty(CapturedOutput output) throws Exception {
        try (ServerSocket taken = new ServerSocket(0, 1, InetAddress.getByName("127.0.0.1"))) {
            assertThatThrownBy(() -> start(0, taken.getLocalPort()))
                    .hasMessageContaining("demo.provider.port is " + taken.getLocalPort());
        }
        assertThat(output).contains("DEMO_PROVIDER_PORT=9001");
    }

    @Test
    void startWhenApisPortIsTakenThenNamesTheProperty(CapturedOutput output) throws Exception {
        try (ServerSocket taken = new ServerSocket(0, 1, InetAddress.getByName("127.0.0.1"))) {
            assertThatThrownBy(() -> start(taken.getLocalPort(), 0)).isNotNull();
            assertThat(output)
                    .contains("server.port is " + taken.getLocalPort())
                    .contains("SERVER_PORT=8081");
        }
    }

    private static void start(int port, int providerPort) {
        new SpringApplicationBuilder(DemoApplication.class)
                .initializers(new EmbeddedProvider())
                .run("--server.port=" + port, "--demo.provider.port=" + providerPort)
                .close();
    }
}
