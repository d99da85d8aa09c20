package io.scopeguard.bench;

import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.jar.JarEntry;
import java.util.jar.JarOutputStream;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** This process's class path, from which the class paths of child processes are made. */
public final class ClassPath {

    /** Libraries whose presence makes a difference. */
    public enum Optional {
        CORRETTO("AmazonCorrettoCryptoProvider"),
        OPENAPI("springdoc-openapi", "swagger-models"),
        BUNDLED_CORRETTO("scope-guard-corretto", "corretto"),
        ACTUATOR(
                "spring-boot-starter-actuator",
                "spring-boot-actuator",
                "spring-boot-health",
                "spring-boot-starter-micrometer",
                "spring-boot-micrometer",
                "micrometer-jakarta9");

        private final List<String> names;

        Optional(String... names) {
            this.names = List.of(names);
        }

        boolean contains(String jar) {
            return names.stream().anyMatch(jar::startsWith);
        }
    }

    /** The libraries of {@code spring-boot-starter-webmvc} and {@code spring-boot-starter-security-oauth2-resource-server}. */
    private static final Set<String> STOCK = Set.of(
            "commons-logging",
            "jackson-annotations",
            "jackson-core",
            "jackson-databind",
            "jakarta.annotation-api",
            "jspecify",
            "jul-to-slf4j",
            "log4j-api",
            "log4j-to-slf4j",
            "logback-classic",
            "logback-core",
            "micrometer-commons",
            "micrometer-observation",
            "nimbus-jose-jwt",
            "slf4j-api",
            "snakeyaml",
            "spring-aop",
            "spring-beans",
            "spring-boot",
            "spring-boot-autoconfigure",
            "spring-boot-http-converter",
            "spring-boot-jackson",
            "spring-boot-security",
            "spring-boot-security-oauth2-resource-server",
            "spring-boot-servlet",
            "spring-boot-tomcat",
            "spring-boot-web-server",
            "spring-boot-webmvc",
            "spring-context",
            "spring-core",
            "spring-expression",
            "spring-security-config",
            "spring-security-core",
            "spring-security-crypto",
            "spring-security-oauth2-core",
            "spring-security-oauth2-jose",
            "spring-security-oauth2-resource-server",
            "spring-security-web",
            "spring-web",
            "spring-webmvc",
            "tomcat-embed-core",
            "tomcat-embed-el",
            "tomcat-embed-websocket");

    /** What Scope Guard's starter adds to them. */
    private static final Set<String> GUARD = Set.of(
            "HdrHistogram",
            "bucket4j_jdk17-core",
            "bucket4j_jdk17-lettuce",
            "bucket4j_jdk17-redis-common",
            "caffeine",
            "corretto",
            "error_prone_annotations",
            "micrometer-core",
            "resilience4j-circuitbreaker",
            "resilience4j-core",
            "resilience4j-retry",
            "scope-guard-core",
            "scope-guard-spring",
            "structured-fields");

    /** Libraries that both the actuator and the guard depend on. */
    private static final Set<String> METRICS = Set.of("HdrHistogram", "micrometer-core");

    /** The folder of the service's classes. */
    private static final String SERVICE = "io/scopeguard/bench";

    private static final String PROPERTY = "java.class.path";
    private static final String WHOLE = System.getProperty(PROPERTY);

    private ClassPath() {}

    /**
     * The class path with exactly these of the optional libraries.
     *
     * @throws IllegalStateException if one of them is missing
     */
    public static String with(Collection<Optional> wanted) {
        Set<Optional> missing = new HashSet<>(wanted);
        List<String> kept = new ArrayList<>();
        for (String entry : WHOLE.split(File.pathSeparator)) {
            Set<Optional> owners = owners(name(new File(entry)));
            if (owners.isEmpty() || wanted.containsAll(owners)) {
                kept.add(entry);
                missing.removeAll(owners);
            }
        }
        requireNone(missing);
        return String.join(File.pathSeparator, kept);
    }

    /**
     * The class path of a small service: two starters of Spring Boot, Scope Guard's if it is guarded, and exactly these of the
     * optional libraries.
     *
     * @throws IllegalStateException if a library is missing
     */
    public static String small(boolean isGuarded, Collection<Optional> wanted) {
        Set<String> artifacts = new HashSet<>(STOCK);
        if (isGuarded) {
            artifacts.addAll(GUARD);
        }
        if (wanted.contains(Optional.ACTUATOR)) {
            artifacts.addAll(METRICS);
        }
        Set<String> missing = new HashSet<>(artifacts);
        List<String> kept = new ArrayList<>();
        for (String entry : with(wanted).split(File.pathSeparator)) {
            File file = new File(entry);
            String name = name(file);
            missing.remove(artifact(name));
            if (artifacts.contains(artifact(name)) || !owners(name).isEmpty() || hasService(file)) {
                kept.add(entry);
            }
        }
        if (!wanted.contains(Optional.BUNDLED_CORRETTO)) {
            missing.removeIf(Optional.BUNDLED_CORRETTO::contains);
        }
        requireNone(missing);
        return String.join(File.pathSeparator, kept);
    }

    /**
     * The class path of the smallest resource server: two starters of Spring Boot and, if it is guarded, Scope Guard's. Consists of
     * jars only, because the JVM's caches support nothing else.
     *
     * @param directory where the jars of this build are written
     * @throws IllegalStateException if a library is missing
     */
    public static String smallest(boolean isGuarded, Path directory) throws IOException {
        List<String> jars = new ArrayList<>();
        for (String entry : small(isGuarded, isGuarded ? Set.of(Optional.BUNDLED_CORRETTO) : Set.of())
                .split(File.pathSeparator)) {
            File file = new File(entry);
            String folder = hasService(file) ? SERVICE : "";
            jars.add(file.isDirectory() ? jar(file, folder, directory.resolve("part" + jars.size() + ".jar")) : entry);
        }
        return String.join(File.pathSeparator, jars);
    }

    /** Packs a directory into a jar, and returns the name of the jar. */
    public static String jar(File directory, Path jar) throws IOException {
        return jar(directory, "", jar);
    }

    /** @param folder the folder of the directory to pack; empty for all */
    private static String jar(File directory, String folder, Path jar) throws IOException {
        try (JarOutputStream out = new JarOutputStream(Files.newOutputStream(jar));
                Stream<Path> files = Files.walk(directory.toPath().resolve(folder))) {
            for (Path file : files.filter(Files::isRegularFile).toList()) {
                out.putNextEntry(new JarEntry(
                        directory.toPath().relativize(file).toString().replace(File.separatorChar, '/')));
                Files.copy(file, out);
                out.closeEntry();
            }
        }
        return jar.toString();
    }

    /** Limits the optional libraries of processes that inherit this process's class path, such as JMH's. */
    public static void hand(Collection<Optional> wanted) {
        System.setProperty(PROPERTY, with(wanted));
    }

    private static void requireNone(Set<?> missing) {
        if (!missing.isEmpty()) {
            throw new IllegalStateException("not on the class path: " + missing);
        }
    }

    private static boolean hasService(File entry) {
        return new File(entry, SERVICE).isDirectory();
    }

    /** The name of a jar without its version. */
    private static String artifact(String name) {
        return name.replaceFirst("-\\d.*", "");
    }

    /** The name of a jar, or of the module that was compiled there. */
    private static String name(File entry) {
        boolean isModule = entry.getName().equals("classes");
        return isModule ? entry.getParentFile().getParentFile().getName() : entry.getName();
    }

    private static Set<Optional> owners(String jar) {
        return Arrays.stream(Optional.values())
                .filter(optional -> optional.contains(jar))
                .collect(Collectors.toSet());
    }
}
