package io.scopeguard.aws;

import static org.assertj.core.api.Assertions.assertThat;

import com.amazonaws.services.lambda.runtime.RequestHandler;
import com.amazonaws.services.lambda.runtime.events.APIGatewayV2HTTPEvent;
import com.amazonaws.services.lambda.runtime.events.APIGatewayV2HTTPResponse;
import io.scopeguard.testing.DocumentedProgram;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The integration in the documentation, compiled and called with the authorizer's context. */
class DocumentedIntegrationTests {

    @Test
    void responseWhenTheAuthorizerReportsDriftThenItCarriesTheHeader(@TempDir Path directory) throws Exception {
        String page = Files.readString(Path.of("..", "docs", "aws.md"));
        DocumentedProgram.compile(
                page.substring(page.indexOf("The integration finds the decision")), "Reports", directory);
        String drift = "action=refresh, demoted=(\"delete:report\")";

        try (URLClassLoader classes =
                new URLClassLoader(new URL[] {directory.toUri().toURL()})) {
            Class<?> type = classes.loadClass("Reports");
            assertThat(headers(type, Map.of("scopeDrift", drift)))
                    .containsOnly(Map.entry("Scope-Drift", drift), Map.entry("Cache-Control", "no-store"));
            assertThat(headers(type, Map.of("subject", "alice"))).containsOnlyKeys("Cache-Control");
        }
    }

    private static Map<String, String> headers(Class<?> type, Map<String, Object> context) throws Exception {
        APIGatewayV2HTTPEvent.RequestContext.Authorizer authorizer =
                new APIGatewayV2HTTPEvent.RequestContext.Authorizer();
        authorizer.setLambda(context);
        APIGatewayV2HTTPEvent.RequestContext request = new APIGatewayV2HTTPEvent.RequestContext();
        request.setAuthorizer(authorizer);
        APIGatewayV2HTTPEvent event = new APIGatewayV2HTTPEvent();
        event.setRequestContext(request);
        @SuppressWarnings("unchecked")
        RequestHandler<APIGatewayV2HTTPEvent, APIGatewayV2HTTPResponse> integration =
                (RequestHandler<APIGatewayV2HTTPEvent, APIGatewayV2HTTPResponse>)
                        type.getConstructor().newInstance();
        return integration.handleRequest(event, null).getHeaders();
    }
}
