package io.scopeguard.demo;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.scopeguard.logtobox.LogtoBox;
import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.web.servlet.config.annotation.CorsRegistry;
import org.springframework.web.servlet.config.annotation.WebMvcConfigurer;

/**
 * The browser package as installed from its tarball, the page in a real browser, and applications that use Logto's SDKs on another
 * origin. Needs Node.js with npm and its registry, and Chromium. If one is missing, the test is skipped with a message, except in
 * the gate.
 */
@Tag("thorough")
@Timeout(value = 15, unit = TimeUnit.MINUTES)
class BrowserTests {

    private static final Path FOLDER = Path.of("target", "browser-tests").toAbsolutePath();
    private static final Pattern VERSION = Pattern.compile("<parent>.*?<version>(.*?)</version>", Pattern.DOTALL);

    private static ConfigurableApplicationContext application;
    private static Map<String, String> environment;

    @BeforeAll
    static void start() throws Exception {
        Optional<String> chromium = chromium();
        assumeTrue(Node.hasVersion(18) || Node.isGate(), "no Node 18 or newer on the path");
        assumeTrue(Command.exists("npm") || Node.isGate(), "no npm on the path");
        assumeTrue(chromium.isPresent() || Node.isGate(), "no Chromium on the path; CHROMIUM may name one");
        Files.createDirectories(FOLDER);
        Future<?> prepared = CompletableFuture.runAsync(BrowserTests::prepare);
        application = new SpringApplicationBuilder(DemoApplication.class, OtherOrigins.class)
                .initializers(new EmbeddedProvider())
                .run(
                        "--server.port=0",
                        "--demo.provider.port=0",
                        "--scope-guard.permissions.max-age=300ms",
                        "--scope-guard.logto.timeout=30s",
                        "--scope-guard.permissions.max-wait=60s");
        prepared.get();
        environment = Map.of(
                "API", "http://127.0.0.1:" + application.getEnvironment().getProperty("local.server.port"),
                "PROVIDER", application.getBean(LogtoBox.class).endpoint().toString(),
                "CHROMIUM", chromium.orElse("chromium"),
                "FILM", System.getProperty("browser.film", "false"),
                "VERSION", version());
    }

    @AfterAll
    static void stop() {
        if (application != null) {
            application.close();
        }
    }

    /** Both files run at the same time, because the package's test compiles while the others wait for the browser. */
    @Test
    void nodeTestsOfPackagePageAndApplicationsPass() throws Exception {
        System.out.println(Node.test(FOLDER, environment, Stream.of("package.test.js", "browser.test.js")));
    }

    private static void prepare() {
        try {
            Node.succeed(Path.of("."), Map.of(), Stream.of("node", "src/test/browser/prepare.mjs", FOLDER.toString()));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
    }

    private static Optional<String> chromium() {
        Stream<String> onThePath = Arrays.stream(
                        System.getenv().getOrDefault("PATH", "").split(File.pathSeparator))
                .flatMap(folder -> Stream.of("chromium", "chromium-browser", "google-chrome")
                        .map(name -> folder + File.separator + name));
        return Stream.concat(Stream.ofNullable(System.getenv("CHROMIUM")), onThePath)
                .filter(path -> Files.isExecutable(Path.of(path)))
                .findFirst();
    }

    private static String version() throws Exception {
        Matcher version = VERSION.matcher(Files.readString(Path.of("pom.xml")));
        return version.find() ? version.group(1) : "";
    }

    /** Lets applications on other ports of this machine call the API, with the settings that a user of the library would make. */
    static class OtherOrigins implements WebMvcConfigurer {

        @Override
        public void addCorsMappings(CorsRegistry registry) {
            registry.addMapping("/organizations/**")
                    .allowedOriginPatterns("http://127.0.0.1:*")
                    .allowedMethods("GET", "POST", "DELETE");
        }
    }
}
