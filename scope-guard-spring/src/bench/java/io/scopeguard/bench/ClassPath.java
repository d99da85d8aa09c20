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
        if (!missing.isEmpty()) {
            throw new IllegalStateException("not on the class path: " + missing);
        }
        return String.join(File.pathSeparator, kept);
    }

    /**
     * The same, with jars instead of directories, because the JVM's caches support jars only.
     *
     * @param directory where these jars are written
     */
    public static String jarred(Collection<Optional> wanted, Path directory) throws IOException {
        List<String> jars = new ArrayList<>();
        for (String entry : with(wanted).split(File.pathSeparator)) {
            File file = new File(entry);
            if (file.isDirectory()) {
                jars.add(jar(file, directory.resolve("part" + jars.size() + ".jar")));
            } else if (file.exists()) {
                jars.add(entry);
            }
        }
        return String.join(File.pathSeparator, jars);
    }

    /** Packs a directory into a jar, and returns the name of the jar. */
    public static String jar(File directory, Path jar) throws IOException {
        try (JarOutputStream out = new JarOutputStream(Files.newOutputStream(jar));
                Stream<Path> files = Files.walk(directory.toPath())) {
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
