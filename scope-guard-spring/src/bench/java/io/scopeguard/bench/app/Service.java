package io.scopeguard.bench.app;

import io.scopeguard.bench.Chain;
import java.io.IOException;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.StreamSupport;
import org.springframework.boot.SpringApplication;
import org.springframework.boot.SpringBootConfiguration;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.context.annotation.ImportCandidates;
import org.springframework.boot.web.server.servlet.context.ServletWebServerApplicationContext;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.annotation.Import;

/** The service under load: the same Tomcat and the same handler, with the chosen chain. */
@SpringBootConfiguration(proxyBeanMethods = false)
@EnableAutoConfiguration
@Import(ReportController.class)
public class Service {

    /**
     * Starts a service.
     *
     * @param args the {@link Chain}, the provider's endpoint, and further arguments of Spring Boot
     */
    public static void main(String[] args) throws IOException {
        Chain chain = Chain.valueOf(args[0]);
        SpringApplication application = new SpringApplication(Service.class, configuration(chain));
        application.setDefaultProperties(properties(chain, args[1]));
        try (ConfigurableApplicationContext context = application.run(Arrays.copyOfRange(args, 2, args.length))) {
            Answers.serve(((ServletWebServerApplicationContext) context)
                    .getWebServer()
                    .getPort());
        }
    }

    private static Class<?> configuration(Chain chain) {
        return switch (chain) {
            case NONE, SCOPE_GUARD -> Service.class;
            case EMPTY_GUARD -> EmptyGuard.class;
            case PERMIT_ALL -> PermitAll.class;
            case MAP_LOOKUP -> MapLookup.class;
            case STOCK_RS256, STOCK_ES384 -> StockDecoder.class;
        };
    }

    private static Map<String, Object> properties(Chain chain, String endpoint) {
        Map<String, Object> properties = new LinkedHashMap<>();
        // The file application.properties on this class path is for tests, and would override these.
        properties.put("spring.config.name", "service");
        properties.put("server.port", "0");
        // One connection serves the whole run, including the turns of other variants.
        properties.put("server.tomcat.max-keep-alive-requests", "-1");
        properties.put("server.tomcat.keep-alive-timeout", "1h");
        properties.put("spring.main.banner-mode", "off");
        properties.put("logging.level.root", "warn");
        properties.put("scope-guard.enabled", chain == Chain.SCOPE_GUARD || chain == Chain.EMPTY_GUARD);
        properties.put("scope-guard.logto.endpoint", endpoint);
        properties.put("scope-guard.logto.app-id", "service");
        properties.put("scope-guard.logto.app-secret", "secret");
        // The provider is on this machine, so no limit is needed.
        properties.put("scope-guard.logto.calls-per-second", "1000");
        properties.put(StockDecoder.ISSUER, endpoint + "/oidc");
        properties.put(StockDecoder.ALGORITHM, chain.algorithm().name());
        if (chain == Chain.NONE) {
            properties.put("spring.autoconfigure.exclude", security());
        }
        return properties;
    }

    /** All auto-configurations of security. */
    private static String security() {
        ImportCandidates all = ImportCandidates.load(AutoConfiguration.class, Service.class.getClassLoader());
        return StreamSupport.stream(all.spliterator(), false)
                .filter(name -> name.contains(".security.") || name.startsWith("io.scopeguard."))
                .collect(Collectors.joining(","));
    }
}
