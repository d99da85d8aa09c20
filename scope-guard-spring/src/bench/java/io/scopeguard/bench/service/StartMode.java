package io.scopeguard.bench.service;

import io.scopeguard.bench.ClassPath;
import io.scopeguard.bench.app.Service;
import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import javax.tools.ToolProvider;

/** The preparation of a service before it starts. */
enum StartMode {
    /** No preparation. */
    PLAIN {
        @Override
        Prepared prepare(Variant variant, String endpoint, Path directory) throws IOException {
            return new Prepared(List.of(), ClassPath.smallest(variant.isGuarded(), directory));
        }
    },
    /** Its beans are computed by Spring's AOT processing. */
    SPRING_AOT {
        @Override
        Prepared prepare(Variant variant, String endpoint, Path directory) throws IOException {
            String classPath = ClassPath.smallest(variant.isGuarded(), directory);
            Path sources = directory.resolve("sources");
            Path classes = directory.resolve("classes");
            Files.createDirectories(classes);
            run(List.of(
                    java(),
                    "-cp",
                    classPath,
                    "org.springframework.boot.SpringApplicationAotProcessor",
                    Service.class.getName(),
                    sources.toString(),
                    classes.toString(),
                    classes.toString(),
                    "io.scopeguard",
                    "bench",
                    variant.chain().name(),
                    endpoint));
            compile(sources, classes, classPath);
            return new Prepared(
                    List.of("-Dspring.aot.enabled=true"),
                    ClassPath.jar(classes.toFile(), directory.resolve("aot.jar")) + File.pathSeparator + classPath);
        }
    },
    /** The JVM has a cache of loaded and linked classes (JEP 514), trained by one start. */
    AOT_CACHE {
        @Override
        Prepared prepare(Variant variant, String endpoint, Path directory) throws IOException {
            String classPath = ClassPath.smallest(variant.isGuarded(), directory);
            Path cache = directory.resolve("service.aot");
            try (ServiceProcess training = new ServiceProcess(
                    variant, List.of("-XX:AOTCacheOutput=" + cache, "-Xlog:aot=error"), classPath, endpoint)) {
                training.usage();
            }
            if (!Files.exists(cache)) {
                throw new IOException("the training run has left no cache");
            }
            return new Prepared(List.of("-XX:AOTCache=" + cache), classPath);
        }
    };

    private static final int FIRST_WITH_CACHE = 25;

    /**
     * The arguments of a start.
     *
     * @param jvmFlags the flags of the JVM
     * @param classPath consists of jars only
     */
    record Prepared(List<String> jvmFlags, String classPath) {}

    /** Prepares the starts of a variant. */
    abstract Prepared prepare(Variant variant, String endpoint, Path directory) throws IOException;

    /** The modes that this version of Java supports. */
    static List<StartMode> available() {
        return Runtime.version().feature() < FIRST_WITH_CACHE ? List.of(PLAIN, SPRING_AOT) : List.of(values());
    }

    static String java() {
        return Path.of(System.getProperty("java.home"), "bin", "java").toString();
    }

    private static void run(List<String> command) throws IOException {
        try {
            int exit = new ProcessBuilder(command)
                    .redirectErrorStream(true)
                    .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                    .start()
                    .waitFor();
            if (exit != 0) {
                throw new IOException(command.get(3) + " ended with " + exit);
            }
        } catch (InterruptedException e) {
            throw new IOException(e);
        }
    }

    private static void compile(Path sources, Path classes, String classPath) throws IOException {
        List<String> arguments = new ArrayList<>(List.of("-nowarn", "-d", classes.toString(), "-cp", classPath));
        try (Stream<Path> files = Files.walk(sources)) {
            files.map(Path::toString).filter(name -> name.endsWith(".java")).forEach(arguments::add);
        }
        if (ToolProvider.getSystemJavaCompiler().run(null, null, null, arguments.toArray(String[]::new)) != 0) {
            throw new IOException("the generated sources do not compile");
        }
    }
}
