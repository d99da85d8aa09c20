package com.example;

import static io.scopeguard.spring.test.TestAccessToken.organizationToken;
import static org.assertj.core.api.Assertions.assertThat;

import io.scopeguard.spring.test.AutoConfigureTestIdentityProvider;
import io.scopeguard.spring.test.TestAccessToken;
import io.scopeguard.spring.test.TestPermissions;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import org.junit.jupiter.api.Test;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.boot.test.context.SpringBootTest;
import org.springframework.boot.test.context.SpringBootTest.WebEnvironment;
import org.springframework.boot.test.web.server.LocalManagementPort;
import org.springframework.boot.test.web.server.LocalServerPort;

/** The whole application, for its operator and its clients. */
@SpringBootTest(webEnvironment = WebEnvironment.RANDOM_PORT)
@AutoConfigureTestIdentityProvider
class ApplicationTests {

    private final HttpClient client = HttpClient.newHttpClient();

    @LocalServerPort
    int port;

    @LocalManagementPort
    int managementPort;

    @Autowired
    TestPermissions permissions;

    private HttpResponse<String> get(int port, String path) throws Exception {
        return send(HttpRequest.newBuilder(URI.create("http://localhost:" + port + path)));
    }

    private HttpResponse<String> get(int port, String path, TestAccessToken token) throws Exception {
        return send(HttpRequest.newBuilder(URI.create("http://localhost:" + port + path))
                .header("Authorization", "Bearer " + token.value()));
    }

    private HttpResponse<String> send(HttpRequest.Builder request) throws IOException, InterruptedException {
        return client.send(request.build(), BodyHandlers.ofString());
    }

    @Test
    void getWhenThereIsNoTokenThenUnauthorizedAndElseTheReports() throws Exception {
        String reports = "/organizations/acme/reports";
        assertThat(get(port, reports).statusCode()).isEqualTo(401);
        HttpResponse<String> granted = get(port, reports, organizationToken("acme").scopes("read:report"));
        assertThat(granted.statusCode()).isEqualTo(200);
        assertThat(granted.body()).contains("Report of acme");
    }

    @Test
    void getWhenThePathIsAProbeThenOkWithoutAToken() throws Exception {
        assertThat(get(managementPort, "/actuator/health/liveness").statusCode()).isEqualTo(200);
        assertThat(get(managementPort, "/actuator/health/readiness").statusCode()).isEqualTo(200);
    }

    @Test
    void getApiDocsThenTheyShowTheRequiredScopes() throws Exception {
        assertThat(get(port, "/v3/api-docs").statusCode()).isEqualTo(401);

        HttpResponse<String> document = get(port, "/v3/api-docs", organizationToken("acme"));
        assertThat(document.statusCode()).isEqualTo(200);
        assertThat(document.body()).contains("{\"organizationToken\":[\"read:report\"]}");
    }

    @Test
    void explainWhenTheCallerIsAnOperatorThenTheDecisionIsExplained() throws Exception {
        permissions.in("acme").promote("read:report");
        String explain = "/actuator/scopeguard/" + TestAccessToken.DEFAULT_USER + "?organization=acme";

        HttpResponse<String> explained = get(managementPort, explain, organizationToken("acme"));
        assertThat(explained.statusCode()).isEqualTo(200);
        assertThat(explained.body()).contains("\"live\":[\"read:report\"]", "\"decision\":\"granted\"");
        assertThat(get(managementPort, explain).statusCode()).isEqualTo(401);
        assertThat(get(port, explain, organizationToken("acme")).statusCode()).isEqualTo(404);
    }
}
