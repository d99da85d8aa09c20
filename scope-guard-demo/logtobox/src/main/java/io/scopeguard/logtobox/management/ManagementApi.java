package io.scopeguard.logtobox.management;

import io.scopeguard.logtobox.directory.Directory;
import io.scopeguard.logtobox.directory.Seed;
import io.scopeguard.logtobox.oidc.Issuer;
import io.scopeguard.logtobox.oidc.Jwts;
import io.scopeguard.logtobox.oidc.SigningKeys;
import io.scopeguard.logtobox.oidc.SubjectTokens;
import io.scopeguard.logtobox.webhook.Webhooks;
import io.scopeguard.logtobox.wire.Json;
import io.scopeguard.logtobox.wire.RequestError;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.springframework.http.HttpHeaders;
import org.springframework.http.HttpMethod;
import org.springframework.http.MediaType;
import org.springframework.util.DigestUtils;
import org.springframework.web.servlet.function.RequestPredicates;
import org.springframework.web.servlet.function.RouterFunction;
import org.springframework.web.servlet.function.RouterFunctions;
import org.springframework.web.servlet.function.ServerRequest;
import org.springframework.web.servlet.function.ServerResponse;

/** Checks the scope {@code all}, passes calls to their handlers, and turns replies into responses. */
public final class ManagementApi {

    private static final MediaType JSON = MediaType.parseMediaType("application/json; charset=utf-8");
    private static final MediaType TEXT = MediaType.parseMediaType("text/plain; charset=utf-8");

    private final Jwts jwts;
    private final Issuer issuer;
    private final CallEvents events;
    private final Routes routes = new Routes();

    public ManagementApi(
            Directory directory,
            Jwts jwts,
            Issuer issuer,
            SigningKeys keys,
            SubjectTokens subjectTokens,
            Webhooks webhooks) {
        this.jwts = jwts;
        this.issuer = issuer;
        this.events = new CallEvents(webhooks);
        new OrganizationRoutes(directory).addTo(routes);
        new OrganizationUserRoutes(directory).addTo(routes);
        new OrganizationApplicationRoutes(directory).addTo(routes);
        new OrganizationTemplateRoutes(directory).addTo(routes);
        new UserRoutes(directory).addTo(routes);
        new ApplicationRoutes(directory).addTo(routes);
        new RoleRoutes(directory).addTo(routes);
        new ResourceRoutes(directory).addTo(routes);
        new HookRoutes(webhooks, directory).addTo(routes);
        new TokenRoutes(subjectTokens, keys, directory).addTo(routes);
    }

    public RouterFunction<ServerResponse> routes() {
        RouterFunctions.Builder router = RouterFunctions.route();
        routes.all()
                .forEach(route -> router.route(
                        RequestPredicates.method(HttpMethod.valueOf(route.method()))
                                .and(RequestPredicates.path(route.pattern())),
                        request -> answer(route, request)));
        return router.route(
                        RequestPredicates.path("/api/**"),
                        request -> ServerResponse.status(404).contentType(TEXT).body("Not Found"))
                .build();
    }

    private ServerResponse answer(Routes.Route route, ServerRequest request) {
        try {
            authorize(request);
            Reply reply = route.handler().handle(new Call(request));
            events.tell(route, request, reply);
            return Page.of(request, reply.paging())
                    .map(page -> paged(request, reply, page))
                    .orElseGet(() -> plain(request, reply));
        } catch (RequestError refusal) {
            return ServerResponse.status(refusal.status()).contentType(JSON).body(Json.write(refusal.body()));
        }
    }

    private void authorize(ServerRequest request) {
        String authorization = request.headers().firstHeader(HttpHeaders.AUTHORIZATION);
        if (authorization == null) {
            throw RequestError.of(401, "auth.authorization_header_missing", "Authorization header is missing.");
        }
        if (!authorization.startsWith("Bearer ")) {
            throw RequestError.withData(
                    401,
                    "auth.authorization_token_type_not_supported",
                    Map.of("supportedTypes", List.of("Bearer")),
                    "Authorization type is not supported.");
        }
        Map<String, Object> claims = jwts.verify(authorization.substring("Bearer ".length()), Seed.MANAGEMENT_API);
        if (!Arrays.asList(String.valueOf(claims.get("scope")).split(" ")).contains("all")) {
            throw RequestError.of(403, "auth.forbidden", "Forbidden. Please check your user roles and permissions.");
        }
    }

    private ServerResponse paged(ServerRequest request, Reply reply, Page page) {
        List<?> rows = (List<?>) Objects.requireNonNull(reply.body());
        String body = Json.write(page.cut(rows));
        return ServerResponse.ok()
                .contentType(JSON)
                .header("Link", page.link(request, issuer.endpoint().toString(), rows.size()))
                .header("Total-Number", String.valueOf(rows.size()))
                .header(HttpHeaders.ETAG, etag(body))
                .body(body);
    }

    private static ServerResponse plain(ServerRequest request, Reply reply) {
        ServerResponse.BodyBuilder response = ServerResponse.status(reply.status());
        if (reply.body() == null) {
            // A response without a body contains the text of its status, if the status allows a body.
            return reply.status() == 204
                    ? response.build()
                    : response.contentType(TEXT).body("Created");
        }
        String body = Json.write(reply.body());
        if (HttpMethod.GET.equals(request.method())) {
            response.header(HttpHeaders.ETAG, etag(body));
        }
        return response.contentType(JSON).body(body);
    }

    private static String etag(String body) {
        byte[] bytes = body.getBytes(StandardCharsets.UTF_8);
        return '"' + Integer.toHexString(bytes.length) + '-' + DigestUtils.md5DigestAsHex(bytes) + '"';
    }
}
