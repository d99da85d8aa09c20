package io.scopeguard.demo;

import static org.assertj.core.api.Assertions.assertThat;

import io.scopeguard.spring.PublicEndpoint;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import org.junit.jupiter.api.Test;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.RestController;

/** The actuator on a separate port, behind the guard's own chain. */
class ManagementPortTests {

    @Test
    void getWhenAHandlerIsPublicThenTheManagementPortStaysClosed() throws Exception {
        try (ConfigurableApplicationContext application = new SpringApplicationBuilder(
                        DemoApplication.class, Pages.class)
                .initializers(new EmbeddedProvider())
                .run("--server.port=0", "--management.server.port=0", "--demo.provider.port=0")) {
            assertThat(status(application, "local.server.port", "/pages/1")).isEqualTo(200);
            assertThat(status(application, "local.management.port", "/actuator"))
                    .isEqualTo(401);
        }
    }

    private static int status(ConfigurableApplicationContext application, String port, String path) throws Exception {
        String origin = "http://localhost:" + application.getEnvironment().getProperty(port);
        HttpRequest request = HttpRequest.newBuilder(URI.create(origin + path)).build();
        return HttpClient.newHttpClient()
                .send(request, BodyHandlers.discarding())
                .statusCode();
    }

    @RestController
    static class Pages {

        @PublicEndpoint
        @GetMapping("/{*path}")
        String page() {
            return "page";
        }
    }
}
