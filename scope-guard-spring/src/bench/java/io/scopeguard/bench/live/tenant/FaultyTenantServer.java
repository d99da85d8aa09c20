package io.scopeguard.bench.live.tenant;

import com.nimbusds.jose.jwk.JWKSet;
import io.scopeguard.bench.live.tenant.Faults.Effect;
import jakarta.servlet.http.HttpServlet;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.file.Files;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.Consumer;
import java.util.function.Supplier;
import java.util.logging.Level;
import java.util.logging.Logger;
import org.apache.catalina.Context;
import org.apache.catalina.LifecycleException;
import org.apache.catalina.startup.Tomcat;
import org.apache.tomcat.util.modeler.Registry;
import tools.jackson.databind.json.JsonMapper;

/** Serves a tenant over loopback HTTP, with its faults, and counts the calls. Thread-safe. */
public final class FaultyTenantServer implements AutoCloseable {

    private static final JsonMapper JSON = JsonMapper.shared();
    private static final Map<String, Object> TOKEN =
            Map.of("access_token", "management", "expires_in", 36_000, "token_type", "Bearer", "scope", "all");

    /**
     * Each case starts and stops its own server, which need not be logged. The logger is referenced here so that its level is not
     * garbage collected.
     */
    private static final Logger TOMCAT = Logger.getLogger("org.apache");

    static {
        TOMCAT.setLevel(Level.SEVERE);
        // Servers of cases that run at the same time would have the same names there.
        Registry.disableRegistry();
    }

    private final Tenant tenant;
    private final ManagementApi api;
    private final Supplier<Instant> time;
    private final Tomcat tomcat;
    private final Faults faults = new Faults();
    private final Map<String, LongAdder> counts = new ConcurrentHashMap<>();
    private volatile Consumer<URI> answered = uri -> {};
    private volatile Map<String, Object> keys = Map.of("keys", List.of());

    /**
     * @param time the provider's clock
     */
    public FaultyTenantServer(Tenant tenant, Supplier<Instant> time) {
        this.tenant = tenant;
        this.api = new ManagementApi(tenant);
        this.time = time;
        this.tomcat = start();
    }

    public URI endpoint() {
        return URI.create("http://127.0.0.1:" + tomcat.getConnector().getLocalPort());
    }

    public Faults faults() {
        return faults;
    }

    /** The calls so far, including those without an answer. */
    public Calls calls() {
        Map<String, Long> sums = new TreeMap<>();
        counts.forEach((kind, count) -> sums.put(kind, count.sum()));
        return new Calls(sums);
    }

    /** Sets an action that runs after each read of the Management API, before the answer is sent. It may change the tenant. */
    public void onAnswer(Consumer<URI> listener) {
        answered = listener;
    }

    /** Publishes exactly these keys, without their private parts. Calls for them are of the kind {@code keys}. */
    public void publish(JWKSet set) {
        keys = set.toJSONObject(true);
    }

    @Override
    public void close() {
        try {
            tomcat.stop();
            tomcat.destroy();
        } catch (LifecycleException e) {
            throw new IllegalStateException(e);
        }
    }

    private Tomcat start() {
        Tomcat created = new Tomcat();
        try {
            created.setBaseDir(Files.createTempDirectory("tenant").toString());
            created.setPort(0);
            created.getConnector().setProperty("address", "127.0.0.1");
            Context context = created.addContext("", null);
            Tomcat.addServlet(context, "tenant", new Endpoint());
            context.addServletMapping("/*", "tenant");
            created.start();
            return created;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (LifecycleException e) {
            throw new IllegalStateException(e);
        }
    }

    private Answer answer(URI uri) {
        if (uri.getPath().equals("/oidc/token")) {
            return Answer.of("token", TOKEN);
        }
        if (uri.getPath().equals("/oidc/jwks")) {
            return Answer.of("keys", keys);
        }
        Answer answer = tenant.read(() -> api.answer(Query.of(uri)));
        answered.accept(uri);
        return answer;
    }

    private void send(HttpServletResponse response, Answer answer, Effect effect) throws IOException {
        Answer sent = effect == Effect.EMPTY ? answer.emptied() : answer;
        response.setStatus(effect == Effect.FAILED ? 500 : sent.status());
        response.setContentType("application/json; charset=utf-8");
        response.setDateHeader("Date", time.get().toEpochMilli());
        if (sent.total() != null) {
            response.setIntHeader("Total-Number", sent.total());
        }
        Object body = effect == Effect.FAILED ? Map.of("message", "Internal server error.") : sent.body();
        response.getOutputStream().write(JSON.writeValueAsBytes(body));
    }

    private final class Endpoint extends HttpServlet {

        @Override
        protected void service(HttpServletRequest request, HttpServletResponse response) throws IOException {
            String query = request.getQueryString();
            URI uri = URI.create(request.getRequestURI() + (query == null ? "" : "?" + query));
            // The answer shows the state in the middle of the call.
            long half = faults.latency().toNanos() / 2;
            sleep(half);
            Answer answer = answer(uri);
            counts.computeIfAbsent(answer.kind(), ignored -> new LongAdder()).increment();
            sleep(half);
            send(response, answer, faults.on(answer.kind()));
        }

        private static void sleep(long nanos) {
            try {
                TimeUnit.NANOSECONDS.sleep(nanos);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        }
    }
}
