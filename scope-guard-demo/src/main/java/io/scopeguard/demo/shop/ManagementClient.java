package io.scopeguard.demo.shop;

import java.net.URI;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.springframework.http.HttpMethod;
import org.springframework.http.HttpStatusCode;
import org.springframework.http.MediaType;
import org.springframework.util.LinkedMultiValueMap;
import org.springframework.util.MultiValueMap;
import org.springframework.web.client.ResourceAccessException;
import org.springframework.web.client.RestClient;
import org.springframework.web.client.RestClientResponseException;

/** A client of Logto's Management API, with the shop's own application. Each use requests a new token. Thread-safe. */
final class ManagementClient {

    private static final String NEEDED_SCOPE = "all";
    private static final int PAGE_SIZE = 100;

    private final RestClient http;
    private final URI endpoint;
    private final String resource;
    private final String appId;
    private final String appSecret;

    /**
     * @param resource the indicator of the Management API
     * @param appId a machine-to-machine application with the role "Logto Management API access"
     */
    ManagementClient(URI endpoint, String resource, String appId, String appSecret) {
        this.http = RestClient.create(endpoint.toString());
        this.endpoint = endpoint;
        this.resource = resource;
        this.appId = appId;
        this.appSecret = appSecret;
    }

    /** Starts some calls with one access token. */
    Session open() {
        return new Session(token());
    }

    private String token() {
        MultiValueMap<String, String> form = new LinkedMultiValueMap<>();
        form.add("grant_type", "client_credentials");
        form.add("resource", resource);
        form.add("scope", NEEDED_SCOPE);
        Map<?, ?> answer;
        try {
            answer = http.post()
                    .uri("/oidc/token")
                    .headers(headers -> headers.setBasicAuth(appId, appSecret))
                    .contentType(MediaType.APPLICATION_FORM_URLENCODED)
                    .body(form)
                    .retrieve()
                    .body(Map.class);
        } catch (RestClientResponseException e) {
            throw ShopException.ofSetup(
                    "credentials-refused",
                    "Logto refuses the application '" + appId + "' (status "
                            + e.getStatusCode().value()
                            + "). Set demo.shop.app-id and demo.shop.app-secret to a machine-to-machine application.");
        } catch (ResourceAccessException e) {
            throw unreachable();
        }
        // Without access, Logto still issues a token, but without the scope.
        if (answer == null || !NEEDED_SCOPE.equals(answer.get("scope"))) {
            throw ShopException.ofSetup(
                    "missing-management-scope",
                    "The application '" + appId + "' lacks the permission '" + NEEDED_SCOPE + "' of " + resource
                            + ". Assign the role 'Logto Management API access' to it.");
        }
        return String.valueOf(answer.get("access_token"));
    }

    private ShopException unreachable() {
        return ShopException.ofSetup("provider-unreachable", endpoint + " does not respond. Try again later.");
    }

    /** Calls with one access token. */
    final class Session {

        private final String token;

        private Session(String token) {
            this.token = token;
        }

        /** The status of a call. A status other than these is reported as a failure, with Logto's code. */
        int send(HttpMethod method, String path, @Nullable Object body, List<Integer> expected, Object... variables) {
            RestClient.RequestBodySpec request =
                    http.method(method).uri("/api" + path, variables).headers(headers -> headers.setBearerAuth(token));
            if (body != null) {
                request = request.contentType(MediaType.APPLICATION_JSON).body(body);
            }
            try {
                return request.exchange((sent, response) -> checked(response.getStatusCode(), method, path, expected));
            } catch (ResourceAccessException e) {
                throw unreachable();
            }
        }

        private int checked(HttpStatusCode status, HttpMethod method, String path, List<Integer> expected) {
            if (!status.is2xxSuccessful() && !expected.contains(status.value())) {
                throw refused(method, path, status);
            }
            return status.value();
        }

        private ShopException refused(HttpMethod method, String path, HttpStatusCode status) {
            return ShopException.ofSetup(
                    "provider-refused",
                    "Logto answers " + method + " " + path + " with status " + status.value() + ".");
        }

        /** The ids of all objects in a list that have this name. */
        List<String> idsByName(String path, String name) {
            List<String> ids = new ArrayList<>();
            for (int page = 1; ; page++) {
                Map<?, ?>[] items = page(path, page);
                if (items == null || items.length == 0) {
                    return ids;
                }
                for (Map<?, ?> item : items) {
                    if (name.equals(item.get("name"))) {
                        ids.add(String.valueOf(item.get("id")));
                    }
                }
            }
        }

        private Map<?, ?> @Nullable [] page(String path, int page) {
            try {
                return http.get()
                        .uri("/api" + path + "?page={page}&page_size={size}", page, PAGE_SIZE)
                        .headers(headers -> headers.setBearerAuth(token))
                        .retrieve()
                        .body(Map[].class);
            } catch (RestClientResponseException e) {
                throw refused(HttpMethod.GET, path, e.getStatusCode());
            } catch (ResourceAccessException e) {
                throw unreachable();
            }
        }
    }
}
