package io.scopeguard.demo;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.net.InetAddress;
import java.net.ServerSocket;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.springframework.boot.autoconfigure.ImportAutoConfiguration;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;
import org.springframework.boot.tomcat.autoconfigure.servlet.TomcatServletWebServerAutoConfiguration;

/** If another program uses a port, start-up names the property to change. */
@ExtendWith(OutputCaptureExtension.class)
class PortConflictTests {

    @Test
    void startWhenProvidersPortIsTakenThenNamesTheProperty(CapturedOutput output) throws Exception {
        try (ServerSocket taken = new ServerSocket(0, 1, InetAddress.getByName("127.0.0.1"))) {
            SpringApplicationBuilder demo =
                    new SpringApplicationBuilder(DemoApplication.class).initializers(new EmbeddedProvider());
            assertThatThrownBy(() -> demo.run("--server.port=0", "--demo.provider.port=" + taken.getLocalPort()))
                    .hasMessageContaining("demo.provider.port is " + taken.getLocalPort());
        }
        assertThat(output).contains("DEMO_PROVIDER_PORT=9001");
    }

    @Test
    void startWhenApisPortIsTakenThenNamesTheProperty(CapturedOutput output) throws Exception {
        try (ServerSocket taken = new ServerSocket(0, 1, InetAddress.getByName("127.0.0.1"))) {
            SpringApplicationBuilder server = new SpringApplicationBuilder(Server.class);
            assertThatThrownBy(() -> server.run("--server.port=" + taken.getLocalPort()))
                    .isNotNull();
            assertThat(output)
                    .contains("server.port is " + taken.getLocalPort())
                    .contains("SERVER_PORT=8081");
        }
    }

    /** Only a web server, which fails like the whole demo. */
    @ImportAutoConfiguration(TomcatServletWebServerAutoConfiguration.class)
    static class Server {}
}
